package snapshot

import (
	"bufio"
	"errors"
	"io"
	"os"

	"planwright"
)

// jsonArray copies the objects of a JSON document to a file, one a line: the
// elements of the first array of objects in it, or the document itself. It
// reads byte by byte and keeps nothing, so that a document may be of any size;
// an object too long to be a row becomes a line that says so.
func jsonArray(f *textFile, to string) (err error) {
	r, closeFile, err := f.open()
	if err != nil {
		return err
	}
	defer func() { _ = closeFile() }()
	out, err := os.Create(to)
	if err != nil {
		return copyError(to, err)
	}
	w := bufio.NewWriterSize(out, 1<<20)
	defer func() {
		err = errors.Join(err, w.Flush(), out.Close())
	}()
	in := bufio.NewReaderSize(r, 1<<20)
	var (
		depth, start int  // of brackets; depth at which an element is being copied
		copying      bool // inside an element
		inArray      int  // depth of the array whose elements are taken, 0: none yet
		text, escape bool
		size         int
		before       byte // the last character that is not a blank
	)
	end := func() error { return w.WriteByte('\n') }
	for {
		b, err := in.ReadByte()
		if errors.Is(err, io.EOF) {
			if copying {
				return errors.Join(end(), fail(planwright.CodeFileFormat, "import", f.path, "the JSON ends in the middle of a value", "export it again", nil))
			}
			return nil
		}
		if err != nil {
			return fail(planwright.CodeFileFormat, "import", f.path, "", "check that the file is whole", err)
		}
		if !text {
			switch b {
			case '{', '[':
				depth++
				if b == '{' && !copying && (inArray == 0 && before == '[' || inArray == depth-1 && inArray > 0) {
					inArray = depth - 1
					copying, start, size = true, depth, 0
				}
			}
		}
		if copying && size < maxRecord {
			c := b
			if c == '\n' || c == '\r' {
				c = ' '
			}
			if err := w.WriteByte(c); err != nil {
				return copyError(to, err)
			}
			size++
		}
		switch {
		case text:
			switch {
			case escape:
				escape = false
			case b == '\\':
				escape = true
			case b == '"':
				text = false
			}
		case b == '"':
			text = true
		case b == '}' || b == ']':
			if copying && depth == start {
				copying = false
				if err := end(); err != nil {
					return copyError(to, err)
				}
			}
			if depth == inArray && b == ']' && inArray > 0 {
				return nil // the rest of the document is about something else
			}
			depth--
		}
		if b != ' ' && b != '\t' && b != '\n' && b != '\r' {
			before = b
		}
		if depth > 1<<16 {
			return fail(planwright.CodeFileFormat, "import", f.path, "nested more than 65,536 deep", "no table is", nil)
		}
	}
}
