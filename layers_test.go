package planwright_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// mayImport says which packages of the module a package may import. A package
// that is not listed may not exist: a new room is drawn in ARCHITECTURE.md first.
var mayImport = map[string][]string{
	".":                      {},
	"api/google/longrunning": {},
	"lang":                   {"."},
	"forecast":               {},
	"explain":                {"."},
	"mrp":                    {"."},
	"replenish":              {"."},
	"analytics":              {"."},
	"replay":                 {},
	"chart":                  {},
	"scenario":               {".", "lang"},
	"plan":                   {".", "scenario", "explain", "forecast", "mrp", "replenish", "analytics", "replay"},
	"snapshot":               {".", "lang", "ledger", "tabular"},
	"ledger":                 {".", "tabular"},
	"tabular":                {},
	"publish":                {".", "lang", "snapshot"},
	"api/planwright/v1":      {},
	"remote":                 {".", "lang", "ledger", "plan", "snapshot", "api/planwright/v1"},
	"api":                    {".", "scenario", "explain", "api/google/longrunning", "lang", "ledger", "plan", "snapshot", "forecast", "mrp", "replenish", "analytics", "replay", "api/planwright/v1"},
	"cmd/planwright/sample":  {},
	"cmd/planwright":         {".", "scenario", "explain", "lang", "ledger", "plan", "snapshot", "forecast", "mrp", "analytics", "replay", "chart", "publish", "api", "api/planwright/v1", "remote", "cmd/planwright/sample"},
}

// pure packages do no I/O, read no clock and roll no global dice.
var pure = []string{".", "explain", "lang", "forecast", "mrp", "replenish", "analytics", "replay", "chart", "ledger", "plan", "scenario", "tabular"}

// impure are the standard packages that a pure one may not import.
var impure = []string{"os", "net", "database/sql", "log", "io/ioutil", "syscall", "math/rand", "plugin", "testing"}

// driver is imported by snapshot alone.
const driver = "github.com/duckdb/"

func TestLayers(t *testing.T) {
	fset := token.NewFileSet()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name := d.Name(); path != "." && (strings.HasPrefix(name, ".") || name == "testdata" || name == "third_party" || name == "tools") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		room := filepath.ToSlash(filepath.Dir(path))
		allowed, known := mayImport[room]
		if !known {
			t.Errorf("%s: package %q is not in the picture", path, room)
			return nil
		}
		test := strings.HasSuffix(path, "_test.go")
		file, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		isPure := slices.Contains(pure, room)
		names := map[string]string{} // local name -> path of the packages watched below
		for _, spec := range file.Imports {
			imp, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			local := imp[strings.LastIndex(imp, "/")+1:]
			if spec.Name != nil {
				local = spec.Name.Name
			}
			names[local] = imp
			if strings.HasPrefix(imp, driver) && room != "snapshot" {
				t.Errorf("%s imports %s: only snapshot may", path, imp)
			}
			if ours, ok := strings.CutPrefix(imp, "planwright"); ok && (ours == "" || ours[0] == '/') {
				ours = strings.TrimPrefix(ours, "/")
				if ours == "" {
					ours = "."
				}
				if ours != room && !slices.Contains(allowed, ours) && !test {
					t.Errorf("%s imports %s: %s may import %v", path, imp, room, allowed)
				}
			}
			if isPure && !test {
				for _, bad := range impure {
					if imp == bad || strings.HasPrefix(imp, bad+"/") && imp != "math/rand/v2" {
						t.Errorf("%s imports %s: %s is pure", path, imp, room)
					}
				}
			}
		}
		if !isPure || test {
			return nil
		}
		ast.Inspect(file, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			x, ok := sel.X.(*ast.Ident)
			if !ok {
				return true
			}
			switch names[x.Name] {
			case "time":
				if slices.Contains([]string{"Now", "Since", "Until", "Sleep", "After", "Tick", "NewTimer", "NewTicker"}, sel.Sel.Name) {
					t.Errorf("%s: time.%s reads the clock: %s is pure", fset.Position(sel.Pos()), sel.Sel.Name, room)
				}
			case "fmt":
				if strings.HasPrefix(sel.Sel.Name, "Print") || strings.HasPrefix(sel.Sel.Name, "Scan") {
					t.Errorf("%s: fmt.%s does I/O: %s is pure", fset.Position(sel.Pos()), sel.Sel.Name, room)
				}
			case "math/rand/v2":
				if !slices.Contains([]string{"New", "NewPCG", "NewChaCha8", "NewZipf", "Rand", "Source", "PCG", "ChaCha8", "Zipf"}, sel.Sel.Name) {
					t.Errorf("%s: rand.%s rolls the global dice: %s is pure", fset.Position(sel.Pos()), sel.Sel.Name, room)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestNoVagueRooms: a package is named after what it does.
func TestNoVagueRooms(t *testing.T) {
	for room := range mayImport {
		base := room[strings.LastIndex(room, "/")+1:]
		if slices.Contains([]string{"util", "utils", "common", "helpers", "types", "models", "core", "misc"}, base) {
			t.Errorf("package %s says nothing", room)
		}
	}
}
