package snapshot

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"planwright"
)

// A log file is lines of a checksum and a JSON object:
//
//	5d0c8f3e {"seq":1,...}
//
// The checksum is the CRC-32C of the object, in hexadecimal. An object has no
// line feed in it, so that a damaged line ends where it ends: those behind it
// are read. What stands behind the last line feed was being written when the
// process or the machine stopped; nobody was told that it was there.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// maxLogLine bounds a line of a log: what is longer was not written here.
const maxLogLine = 1 << 20

// appendLogLine appends one line of a log.
func appendLogLine(dst, object []byte) []byte {
	dst = fmt.Appendf(dst, "%08x ", crc32.Checksum(object, castagnoli))
	return append(append(dst, object...), '\n')
}

// logLine returns the object of a line without its line feed; nil where it is
// damaged.
func logLine(line []byte) []byte {
	if len(line) < 11 || line[8] != ' ' {
		return nil
	}
	var sum uint32
	for _, c := range line[:8] {
		switch {
		case c >= '0' && c <= '9':
			sum = sum<<4 | uint32(c-'0')
		case c >= 'a' && c <= 'f':
			sum = sum<<4 | uint32(c-'a'+10)
		default:
			return nil
		}
	}
	if crc32.Checksum(line[9:], castagnoli) != sum {
		return nil
	}
	return line[9:]
}

// scanLog gives every whole line from offset from on: its place and its object,
// nil for a damaged line. It returns the place behind the last whole line.
func scanLog(r io.ReaderAt, from int64, give func(at int64, size int, object []byte) error) (end int64, err error) {
	br := bufio.NewReaderSize(io.NewSectionReader(r, from, 1<<62), 1<<20)
	end = from
	var long []byte // a line that does not fit into the buffer, as far as it is of use
	size := 0
	for {
		part, err := br.ReadSlice('\n')
		size += len(part)
		if errors.Is(err, bufio.ErrBufferFull) {
			if len(long) <= maxLogLine {
				long = append(long, part...)
			}
			continue
		}
		if errors.Is(err, io.EOF) {
			return end, nil
		}
		if err != nil {
			return end, err
		}
		line := part
		if len(long) > 0 {
			line = append(long, part...)
		}
		var object []byte
		if size <= maxLogLine {
			object = logLine(bytes.TrimSuffix(line, []byte("\n")))
		}
		if err := give(end, size, object); err != nil {
			return end, err
		}
		end += int64(size)
		size, long = 0, long[:0]
	}
}

// logFile is a log that is open for appending. The caller holds the lock of the
// log while it uses it.
type logFile struct {
	path string
	f    *os.File
	end  int64 // behind the last line that was read or written
	torn int64 // bytes that were cut off, since it was opened
}

// open opens the file where it is not open, or is another one now. again says
// that it must be read from its beginning.
func (l *logFile) open() (again bool, err error) {
	if l.f != nil {
		have, err := l.f.Stat()
		now, nerr := os.Stat(l.path)
		if err == nil && nerr == nil && os.SameFile(have, now) && now.Size() >= l.end {
			return false, nil
		}
		l.close()
	}
	_, err = os.Stat(l.path)
	fresh := errors.Is(err, fs.ErrNotExist)
	if l.f, err = os.OpenFile(l.path, os.O_RDWR|os.O_CREATE, 0o644); err != nil {
		l.f = nil
		return false, fail(planwright.CodeInternal, "events", l.path, "the log cannot be opened", "look at the disk and the permissions", err)
	}
	l.end = 0
	if fresh {
		return true, syncDir(filepath.Dir(l.path))
	}
	return true, nil
}

func (l *logFile) close() {
	if l.f != nil {
		_ = l.f.Close() // what was written is on the disk already
		l.f = nil
	}
}

// read gives the lines behind those that were read before.
func (l *logFile) read(give func(at int64, size int, object []byte) error) (err error) {
	l.end, err = scanLog(l.f, l.end, give)
	if err != nil {
		return fail(planwright.CodeInternal, "events", l.path, "the log cannot be read", "look at the disk", err)
	}
	return nil
}

// cut takes off what a writer that died had begun: it is behind the last line,
// nobody was told of it, and the next line must not grow together with it.
func (l *logFile) cut() error {
	size, err := l.f.Seek(0, io.SeekEnd)
	if err == nil && size > l.end {
		if err = l.keepTorn(size); err == nil {
			l.torn += size - l.end
			err = errors.Join(l.f.Truncate(l.end), l.f.Sync())
		}
	}
	if err != nil {
		return fail(planwright.CodeInternal, "events", l.path, "a line that was not finished cannot be cut off", "look at the disk", err)
	}
	return nil
}

// keepTorn appends what is cut off to a file beside the log: if it is not the
// rest of a write but a damaged line, a person can still read it.
func (l *logFile) keepTorn(size int64) error {
	b := make([]byte, min(size-l.end, maxLogLine))
	if _, err := l.f.ReadAt(b, l.end); err != nil {
		return err
	}
	f, err := os.OpenFile(l.path+".torn", os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(f, "at %d, %d bytes: %q\n", l.end, size-l.end, b)
	return errors.Join(err, f.Close())
}

// write appends lines and brings them to the disk. After an error nothing of
// them counts.
func (l *logFile) write(lines []byte) error {
	if len(lines) == 0 {
		return nil
	}
	_, err := l.f.WriteAt(lines, l.end)
	if err == nil {
		err = l.f.Sync()
	}
	if err != nil {
		// Whether the lines are on the disk is not known: they are taken back, and
		// the file is read anew before the next write.
		_ = l.f.Truncate(l.end)
		l.close()
		return fail(planwright.CodeInternal, "events", l.path, "the events could not be written; none of them counts", "look at the disk, then send them again", err)
	}
	l.end += int64(len(lines))
	return nil
}
