package api

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"planwright"
)

const testKey = "kDh3v9QeT1xSg7LmB2nR"

func mustKeys(t *testing.T, text string) *Keys {
	t.Helper()
	k, err := ParseKeys(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestKeys(t *testing.T) {
	k := mustKeys(t, "# schedulers\n\nairflow "+testKey+"\r\n   zYx8WvU7tSr6QpO5nMl4   \n")
	if k.Len() != 2 {
		t.Fatalf("Len() = %d, want 2", k.Len())
	}
	for _, c := range []struct {
		auth, key []string
		who       string
	}{
		{[]string{"Bearer " + testKey}, nil, "airflow"},
		{[]string{"bearer  " + testKey}, nil, "airflow"},
		{nil, []string{testKey}, "airflow"},
		{nil, []string{"zYx8WvU7tSr6QpO5nMl4"}, "key-2"},
		{[]string{"Bearer nonsense"}, []string{testKey}, "airflow"},
		{nil, nil, ""},
		{[]string{""}, nil, ""},
		{[]string{"Bearer"}, nil, ""},
		{[]string{"Bearer "}, nil, ""},
		{[]string{"Basic " + testKey}, nil, ""},
		{[]string{testKey}, nil, ""},
		{nil, []string{testKey + "x"}, ""},
		{nil, []string{testKey[:19]}, ""},
		{nil, []string{strings.ToLower(testKey)}, ""},
		{nil, []string{strings.Repeat("x", 1<<20)}, ""},
		{nil, []string{testKey, testKey}, ""},
		{[]string{"Bearer " + testKey, "Bearer x"}, nil, ""},
	} {
		presented, err := presentedKey(c.auth, c.key)
		who, ok := k.find(presented)
		if who.Name != c.who || (err == nil && ok) != (c.who != "") {
			t.Errorf("the key of (%.60q, %.60q) is of %q, %v; want %q", c.auth, c.key, who.Name, err, c.who)
		}
		if err != nil && strings.Contains(err.Error(), testKey[:10]) {
			t.Errorf("the error %q shows the key", err)
		}
	}
	if who, ok := (*Keys)(nil).find(testKey); ok {
		t.Errorf("no keys know %q", who.Name)
	}
	if who, ok := mustKeys(t, "bi "+testKey+" viewer").find(testKey); !ok || who.Role != Viewer {
		t.Errorf("the role of a key is %v, want viewer", who.Role)
	}
}

func TestParseKeysRefuses(t *testing.T) {
	for _, text := range []string{"", "# none\n", "short\n", "a b " + testKey, "a " + testKey + " king", testKey + "\nother " + testKey, "name 短" + testKey, strings.Repeat("x", 513), strings.Repeat("x", 9000)} {
		if k, err := ParseKeys(strings.NewReader(text)); err == nil {
			t.Errorf("ParseKeys(%.40q) has %d keys, want an error", text, k.Len())
		} else if strings.Contains(err.Error(), testKey) {
			t.Errorf("ParseKeys(%.40q): the error shows the key", text)
		}
	}
	if _, err := LoadKeys(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("LoadKeys of a missing file passes")
	}
	path := filepath.Join(t.TempDir(), "keys")
	if err := os.WriteFile(path, []byte(testKey), 0o600); err != nil {
		t.Fatal(err)
	}
	if k, err := LoadKeys(path); err != nil || k.Len() != 1 {
		t.Errorf("LoadKeys = %d keys, %v", k.Len(), err)
	}
}

func TestCheckListen(t *testing.T) {
	for _, c := range []struct {
		addr      string
		open, key bool // allowed without and with keys
	}{
		{"127.0.0.1:8080", true, true},
		{"127.8.9.1:0", true, true},
		{"localhost:8080", true, true},
		{"LocalHost.:8080", true, true},
		{"[::1]:8080", true, true},
		{"[::ffff:127.0.0.1]:8080", true, true},
		{":8080", false, true},
		{"0.0.0.0:8080", false, true},
		{"[::]:8080", false, true},
		{"192.168.1.5:8080", false, true},
		{"example.com:80", false, true},
		{"localhost.example.com:80", false, true},
		{"127.0.0.1.example.com:80", false, true},
		{"8080", false, false},
		{"", false, false},
		{"::1:8080", false, false},
	} {
		if err := CheckListen(c.addr, false); (err == nil) != c.open {
			t.Errorf("CheckListen(%q) without keys = %v", c.addr, err)
		} else if err != nil && c.key {
			var e *planwright.Error
			if !errors.As(err, &e) || e.Code != planwright.CodeUnsafeListen {
				t.Errorf("CheckListen(%q) = %v, want UNSAFE_LISTEN", c.addr, err)
			}
		}
		if err := CheckListen(c.addr, true); (err == nil) != c.key {
			t.Errorf("CheckListen(%q) with keys = %v", c.addr, err)
		}
	}
	for host, want := range map[string]bool{"localhost:8080": true, "127.0.0.1": true, "[::1]": true, "[::1]:80": true, "evil.example": false, "evil.example:8080": false, "": false} {
		if got := loopbackHost(host); got != want {
			t.Errorf("loopbackHost(%q) = %v, want %v", host, got, want)
		}
	}
}

func TestImportPath(t *testing.T) {
	root, outside := t.TempDir(), t.TempDir()
	write := func(path string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("item_id\nA\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(filepath.Join(root, "in", "items.csv"))
	write(filepath.Join(root, "trap", "items.csv"))
	write(filepath.Join(outside, "items.csv"))
	for link, to := range map[string]string{"link.csv": filepath.Join(outside, "items.csv"), "linkdir": outside, "trap/stock.csv": filepath.Join(outside, "items.csv"), "fine.csv": filepath.Join(root, "in", "items.csv")} {
		if err := os.Symlink(to, filepath.Join(root, link)); err != nil {
			t.Skipf("no symbolic links here: %v", err)
		}
	}
	roots, err := resolveRoots([]string{root})
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{roots: roots}
	for path, want := range map[string]bool{
		"in": true, "in/items.csv": true, "./in/../in/items.csv": true, filepath.Join(root, "in"): true, "fine.csv": true, ".": true,
		"": false, "..": false, "../x": false, "in/../../x": false, "/etc/passwd": false, filepath.Join(outside, "items.csv"): false,
		"link.csv": false, "linkdir": false, "linkdir/items.csv": false, "trap": false, "none.csv": false, "in\x00": false, root + "x/items.csv": false,
	} {
		got, err := s.importPath("paths[0]", path)
		if (err == nil) != want && path != "." {
			t.Errorf("importPath(%q) = %q, %v", path, got, err)
		}
		if err == nil && !below(roots[0], got) {
			t.Errorf("importPath(%q) = %q, outside of the root", path, got)
		}
	}
	if _, err := (&Server{}).importPath("paths[0]", "in"); err == nil {
		t.Error("without roots a path passes")
	}
	if _, err := resolveRoots([]string{filepath.Join(root, "none")}); err == nil {
		t.Error("a root that does not exist passes")
	}
}
