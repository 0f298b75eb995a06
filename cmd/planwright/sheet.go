package main

import (
	"bufio"
	"os"
	"path/filepath"

	"planwright/snapshot"
)

// sheet takes rows and writes them in the format that the user asked for: the
// ending of -o FILE, --json, or csv to stdout. A file appears under its name
// only when it is whole.
type sheet struct {
	cells *snapshot.CellWriter
	file  *os.File // nil: stdout
	path  string
	buf   *bufio.Writer
}

// newSheet opens the output for rows under the given column names.
func (a *app) newSheet(head []string) (*sheet, error) {
	s := &sheet{path: a.output}
	f, out := snapshot.CSV, a.out
	if a.output == "" {
		if a.json {
			f = snapshot.JSON
		}
	} else {
		var err error
		if f, err = snapshot.FormatOf(a.output); err != nil {
			return nil, err
		}
		if s.file, err = os.CreateTemp(filepath.Dir(a.output), "."+filepath.Base(a.output)+".*"); err != nil {
			return nil, err
		}
		out = s.file
	}
	s.buf = bufio.NewWriterSize(out, 1<<18)
	var err error
	if s.cells, err = snapshot.NewCellWriter(f, head, s.buf); err != nil {
		s.discard()
		return nil, err
	}
	return s, nil
}

func (s *sheet) row(cells ...any) error { return s.cells.Row(cells...) }

// close finishes the output and gives the file its name.
func (s *sheet) close() error {
	err := s.cells.Close()
	s.cells = nil
	if err != nil {
		return err
	}
	if err := s.buf.Flush(); err != nil {
		return err
	}
	if s.file == nil {
		return nil
	}
	if err := s.file.Chmod(0o644); err != nil {
		return err
	}
	if err := s.file.Sync(); err != nil {
		return err
	}
	if err := s.file.Close(); err != nil {
		return err
	}
	tmp := s.file.Name()
	s.file = nil
	return os.Rename(tmp, s.path)
}

// discard removes a file that was not closed; after close it does nothing.
func (s *sheet) discard() {
	if s.cells != nil {
		s.cells.Discard()
		s.cells = nil
	}
	if s.file != nil {
		name := s.file.Name()
		_ = s.file.Close()
		_ = os.Remove(name)
		s.file = nil
	}
}
