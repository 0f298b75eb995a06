package snapshot

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode"

	"gopkg.in/yaml.v3"

	"planwright"
	"planwright/tabular"
)

// mappingVersion is the version of the format of mapping files.
const mappingVersion = 1

// Mapping says how files become the tables of the data set. Its YAML form is
// documented in docs/mapping.md.
type Mapping struct {
	Version   int                    `yaml:"version"`
	AsOf      string                 `yaml:"as_of,omitempty"`     // day of planning where the import names none
	Constants map[string]string      `yaml:"constants,omitempty"` // seen by expressions as const.NAME
	Files     map[string]FileOptions `yaml:"files,omitempty"`     // by file name
	Tables    []TableSpec            `yaml:"tables"`
}

// FileOptions say what cannot be told from a file itself.
type FileOptions struct {
	Delimiter string `yaml:"delimiter,omitempty"` // one character, or tab
	Encoding  string `yaml:"encoding,omitempty"`  // utf-8, utf-16, gb18030, big5, shift_jis, windows-1252, ...
	Header    int    `yaml:"header,omitempty"`    // row of the titles, -1 where the file has none
	// Unpivot makes rows of columns: months that stand side by side.
	Unpivot *Unpivot `yaml:"unpivot,omitempty"`
	// Levels finds the parents of an indented bill of materials.
	Levels *Levels `yaml:"levels,omitempty"`
	// FillDown are columns whose empty cells mean what stands above, see fillDown.
	FillDown []string `yaml:"fill_down,omitempty,flow"`
}

// empty says that the file tells everything itself.
func (o *FileOptions) empty() bool {
	return o.Delimiter == "" && o.Encoding == "" && o.Header == 0 && o.Unpivot == nil && o.Levels == nil && len(o.FillDown) == 0
}

// Unpivot says which columns of a file become rows: their titles fill column
// Name, their cells column Value. A title that is a month becomes its first
// day.
type Unpivot struct {
	Columns []string `yaml:"columns,flow"`
	Name    string   `yaml:"name"`
	Value   string   `yaml:"value"`
}

// mappingFileName is the mapping that an import of a directory applies without
// being asked, and that inspect --save-map writes there.
const mappingFileName = "planwright-map.yaml"

// TableSpec makes rows of one table from the rows of one file. Several specs
// may fill the same table.
type TableSpec struct {
	Table   string       `yaml:"table"`
	From    string       `yaml:"from"`               // file name, or workbook.xlsx#sheet
	As      string       `yaml:"as,omitempty"`       // name of the file's rows in expressions; default src
	Join    []JoinSpec   `yaml:"join,omitempty"`     // looks values up in other files
	Where   string       `yaml:"where,omitempty"`    // keeps the rows for which it is true
	Columns []ColumnSpec `yaml:"-"`                  // target column: expression
	GroupBy []string     `yaml:"group_by,omitempty"` // target columns; the others are aggregates
}

// JoinSpec looks values up in another file: at most one row may match.
type JoinSpec struct {
	File string `yaml:"file"`
	As   string `yaml:"as"`
	On   string `yaml:"on"`
	Type string `yaml:"type,omitempty"` // left (default): rows without a match stay; inner: they are left out
}

// ColumnSpec is one target column and what it is made of: the name of a source
// column as it stands in the file, or a scalar SQL expression.
type ColumnSpec struct {
	Name string
	Expr string
}

// plainSpec has the YAML shape of TableSpec without its methods.
type plainSpec TableSpec

// UnmarshalYAML keeps the order of the columns and refuses a column twice.
func (t *TableSpec) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind != yaml.MappingNode {
		return fmt.Errorf("line %d: a table is a list of keys: table, from, columns", n.Line)
	}
	rest := &yaml.Node{Kind: yaml.MappingNode, Line: n.Line, Column: n.Column}
	known := map[string]bool{"table": true, "from": true, "as": true, "join": true, "where": true, "group_by": true}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		switch {
		case k.Value == "columns":
			if err := t.columns(v); err != nil {
				return err
			}
		case known[k.Value]:
			rest.Content = append(rest.Content, k, v)
		default:
			return fmt.Errorf("line %d: a table has no key %q", k.Line, k.Value)
		}
	}
	cols := t.Columns
	var p plainSpec
	if err := rest.Decode(&p); err != nil {
		return err
	}
	*t = TableSpec(p)
	t.Columns = cols
	return nil
}

func (t *TableSpec) columns(v *yaml.Node) error {
	if v.Kind != yaml.MappingNode {
		return fmt.Errorf("line %d: columns is a list of target: expression", v.Line)
	}
	for i := 0; i+1 < len(v.Content); i += 2 {
		k, e := v.Content[i], v.Content[i+1]
		if e.Kind != yaml.ScalarNode {
			return fmt.Errorf("line %d: column %s: want an expression", e.Line, k.Value)
		}
		if t.expr(k.Value) != "" {
			return fmt.Errorf("line %d: column %s stands twice", k.Line, k.Value)
		}
		if e.Tag == "!!null" || strings.TrimSpace(e.Value) == "" {
			return fmt.Errorf("line %d: column %s: want an expression; leave the column out to leave it empty", e.Line, k.Value)
		}
		t.Columns = append(t.Columns, ColumnSpec{k.Value, e.Value})
	}
	return nil
}

// MarshalYAML writes the columns in their order.
func (t TableSpec) MarshalYAML() (any, error) {
	var n yaml.Node
	if err := n.Encode(plainSpec(t)); err != nil {
		return nil, err
	}
	cols := &yaml.Node{Kind: yaml.MappingNode}
	for _, c := range t.Columns {
		var k, v yaml.Node
		k.SetString(c.Name)
		v.SetString(c.Expr)
		cols.Content = append(cols.Content, &k, &v)
	}
	var key yaml.Node
	key.SetString("columns")
	n.Content = append(n.Content, &key, cols)
	return &n, nil
}

// expr returns the expression of a target column, "" if there is none.
func (t *TableSpec) expr(column string) string {
	for _, c := range t.Columns {
		if c.Name == column {
			return c.Expr
		}
	}
	return ""
}

// simple says that a spec takes one file row by row: row k of the file is row
// k of the result.
func (t *TableSpec) simple() bool {
	return len(t.Join) == 0 && t.Where == "" && len(t.GroupBy) == 0
}

// ParseMapping reads and checks a mapping file.
func ParseMapping(text []byte) (*Mapping, error) {
	bad := func(subject, what, fix string, cause error) error {
		return fail(planwright.CodeMapping, "mapping", subject, what, fix, cause)
	}
	const see = "see docs/mapping.md"
	var m Mapping
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	if err := dec.Decode(&m); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, bad("", "the file is empty", see, nil)
		}
		return nil, bad("", "", see, err)
	}
	if m.Version != mappingVersion {
		return nil, bad(fmt.Sprintf("version %d", m.Version), "this engine reads version 1", "start the file with `version: 1`", nil)
	}
	if m.AsOf != "" {
		if _, err := planwright.ParseDay(m.AsOf); err != nil {
			return nil, bad("as_of: "+m.AsOf, "", "write the day as 2026-07-01", err)
		}
	}
	for name := range m.Constants {
		if !identifier(name) {
			return nil, bad("constant "+name, "not a name", "use letters, digits and _", nil)
		}
	}
	for name, o := range m.Files {
		if _, err := o.delimiter(); err != nil {
			return nil, bad("file "+name, "", see, err)
		}
		if _, err := tabular.Encoding(o.Encoding); err != nil {
			return nil, bad("file "+name, "", see, err)
		}
	}
	if len(m.Tables) == 0 {
		return nil, bad("", "no tables", see, nil)
	}
	for i := range m.Tables {
		if err := m.Tables[i].check(); err != nil {
			return nil, bad(fmt.Sprintf("tables[%d] %s from %s", i+1, m.Tables[i].Table, m.Tables[i].From), "", see, err)
		}
	}
	return &m, nil
}

// check says what is wrong in a spec, as far as it can be told without files.
func (t *TableSpec) check() error {
	table := TableNamed(t.Table)
	if table == nil {
		return fmt.Errorf("there is no table %q", t.Table)
	}
	if t.From == "" {
		return errors.New("from: want a file name")
	}
	aliases := map[string]bool{"const": true}
	if t.As == "" {
		t.As = "src"
	}
	for _, a := range append([]string{t.As}, t.joinNames()...) {
		if !identifier(a) {
			return fmt.Errorf("as: %q is not a name: use letters, digits and _", a)
		}
		if aliases[strings.ToLower(a)] {
			return fmt.Errorf("as: %q stands for two files", a)
		}
		aliases[strings.ToLower(a)] = true
	}
	for _, j := range t.Join {
		switch {
		case j.File == "":
			return errors.New("join: want a file")
		case j.On == "":
			return fmt.Errorf("join %s: want on: a condition", j.File)
		case j.Type != "" && j.Type != "left" && j.Type != "inner":
			return fmt.Errorf("join %s: type %q: want left or inner", j.File, j.Type)
		}
	}
	for _, c := range t.Columns {
		if table.Column(c.Name) == nil && !extraName(c.Name) {
			return fmt.Errorf("table %s has no column %q: name an extra column x_%s", t.Table, c.Name, columnName(c.Name))
		}
	}
	for i := range table.Columns {
		c := &table.Columns[i]
		if c.Required && c.Default == "" && t.expr(c.Name) == "" {
			return fmt.Errorf("column %s is required", c.Name)
		}
	}
	for _, g := range t.GroupBy {
		if t.expr(g) == "" {
			return fmt.Errorf("group_by: there is no column %q above", g)
		}
	}
	return nil
}

func (t *TableSpec) joinNames() []string {
	var names []string
	for _, j := range t.Join {
		names = append(names, j.As)
	}
	return names
}

// extraName says whether a target column is one that the data set does not
// know and keeps: x_ and a name.
func extraName(s string) bool { return strings.HasPrefix(s, "x_") && len(s) > 2 && columnName(s) == s }

// columnName makes a column's title a plain name: lower case, every run of
// other characters than letters and digits one underscore.
func columnName(s string) string {
	var b strings.Builder
	gap := false
	for _, r := range strings.ToLower(strings.TrimSpace(s)) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r) {
			if gap && b.Len() > 0 {
				b.WriteByte('_')
			}
			gap = false
			b.WriteRune(r)
		} else {
			gap = true
		}
	}
	return b.String()
}

// identifier says whether s can be written in SQL without quotes.
func identifier(s string) bool {
	for i, r := range s {
		if !(r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || i > 0 && r >= '0' && r <= '9') {
			return false
		}
	}
	return s != ""
}

// delimiter returns the separator, 0 where none is named.
func (o FileOptions) delimiter() (byte, error) {
	switch {
	case o.Delimiter == "":
		return 0, nil
	case o.Delimiter == "tab" || o.Delimiter == `\t`:
		return '\t', nil
	case len(o.Delimiter) == 1 && !strings.ContainsAny(o.Delimiter, "\"\r\n") && o.Delimiter[0] < 128:
		return o.Delimiter[0], nil
	}
	return 0, fmt.Errorf("delimiter %q: want one character", o.Delimiter)
}

// readMapping reads a mapping file from disk.
func readMapping(path string) (*Mapping, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fail(planwright.CodeFileNotFound, "mapping", path, "", "give the mapping file with --map", err)
	}
	m, err := ParseMapping(b)
	var e *planwright.Error
	if errors.As(err, &e) {
		return nil, fail(e.Code, "mapping "+path, e.Subject, e.What, e.Fix, e.Err)
	}
	return m, err
}

// Format returns the mapping as a YAML file that a person can edit.
func (m *Mapping) Format() ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("# How the files become tables: table column -> column or expression of the file.\n# Leave a line out to leave its column empty.\n")
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(m); err != nil {
		return nil, fail(planwright.CodeInternal, "mapping", "", "cannot be written", "", err)
	}
	return b.Bytes(), enc.Close()
}

// identitySpec maps a file whose columns carry the data set's names: titles
// are compared without case, blanks and hyphens; unknown ones become x_.
func identitySpec(table *Table, from string, columns []string) (TableSpec, error) {
	spec := TableSpec{Table: table.Name, From: from, As: "src"}
	var extras []ColumnSpec
	seen := map[string]bool{}
	for _, title := range columns {
		name := columnName(title)
		if c := table.Column(name); c != nil {
			if !seen[name] {
				seen[name] = true
				spec.Columns = append(spec.Columns, ColumnSpec{name, title})
				continue
			}
		}
		if name == "" {
			continue // a column without a title: an index, nothing to call it by
		}
		if !strings.HasPrefix(name, "x_") {
			name = "x_" + name
		}
		for base, k := name, 2; seen[name]; k++ {
			name = fmt.Sprintf("%s_%d", base, k)
		}
		seen[name] = true
		extras = append(extras, ColumnSpec{name, title})
	}
	spec.Columns = append(spec.Columns, extras...)
	var missing []string
	for i := range table.Columns {
		if c := &table.Columns[i]; c.Required && c.Default == "" && !seen[c.Name] {
			missing = append(missing, c.Name)
		}
	}
	if len(missing) > 0 {
		return spec, fail(planwright.CodeMapping, "import", from, fmt.Sprintf("table %s needs column %s; the file has %s", table.Name,
			strings.Join(missing, ", "), strings.Join(clip(columns, 20), ", ")), "rename the column, or say in a mapping file (--map) what it is called", nil)
	}
	return spec, nil
}

func clip(s []string, n int) []string {
	if len(s) <= n {
		return s
	}
	return append(slices.Clone(s[:n]), "...")
}
