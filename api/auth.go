package api

import (
	"bufio"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc/codes"

	"planwright"
	"planwright/snapshot"
)

// minKey is the least length of an API key: shorter ones can be guessed.
const minKey = 20

// maxKey bounds what is hashed for a caller.
const maxKey = 512

// Role is what a caller may do; each may what the ones before it may.
type Role uint8

// The roles: reads; decides, plans and enters; approves; everything.
const (
	Viewer Role = iota
	Planner
	Approver
	Admin
)

var roleNames = []string{"viewer", "planner", "approver", "admin"}

func (r Role) String() string {
	if int(r) < len(roleNames) {
		return roleNames[r]
	}
	return ""
}

// ParseRole reads viewer, planner, approver or admin.
func ParseRole(s string) (Role, bool) {
	i := slices.Index(roleNames, s)
	return Role(max(i, 0)), i >= 0
}

// Principal is who calls and what they may do.
type Principal struct {
	Name     string
	Role     Role
	Sites    []string // whose rows they see and decide about; nil: all
	MaxValue float64  // most money that one decision may approve; 0: no limit
	// ID is what rules of approval call them; "": Name. Of a person with a token it is
	// what only the provider can change.
	ID string
}

func (p *Principal) id() string {
	if p.ID != "" {
		return p.ID
	}
	return p.Name
}

// local is who calls a server that asks for no key.
var local = Principal{Name: "local", Role: Admin}

// sees says whether rows of a site are for the caller.
func (p *Principal) sees(site string) bool { return p.Sites == nil || slices.Contains(p.Sites, site) }

// Keys are the API keys of a server. Only keyed hashes of them are kept; the
// key of the hash is random and lives as long as the process.
type Keys struct {
	salt   [32]byte
	who    []Principal
	hashes [][sha256.Size]byte
}

// Len returns the number of keys; 0 of a nil *Keys.
func (k *Keys) Len() int {
	if k == nil {
		return 0
	}
	return len(k.hashes)
}

// LoadKeys reads a key file; see [ParseKeys].
func LoadKeys(path string) (*Keys, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, &planwright.Error{Code: planwright.CodeFileNotFound, Op: "read keys", Subject: path, Fix: "give a file with one API key a line", Args: []string{"detail", path}, Err: err}
	}
	keys, err := ParseKeys(f)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return nil, &planwright.Error{Code: planwright.CodeFileFormat, Op: "read keys", Subject: path, Fix: "write one API key a line, `name key` or the key alone", Args: []string{"detail", path + ": " + err.Error()}, Err: err}
	}
	return keys, nil
}

// ParseKeys reads API keys, one a line: the key alone, or a name that the log
// shows and the key, or both and a role (without one: admin). Empty lines and lines that begin with # are skipped. A key
// is 20 to 512 printable ASCII characters without spaces. An error names the
// line and never shows a key.
func ParseKeys(r io.Reader) (*Keys, error) {
	k := &Keys{}
	if _, err := rand.Read(k.salt[:]); err != nil {
		return nil, err
	}
	sc := bufio.NewScanner(r)
	sc.Buffer(nil, 4096)
	for n := 1; sc.Scan(); n++ {
		line := strings.TrimSpace(sc.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		fields := strings.Fields(line)
		name, key := fmt.Sprintf("key-%d", len(k.hashes)+1), fields[0]
		role := Admin
		switch len(fields) {
		case 1:
		case 2:
			name, key = fields[0], fields[1]
		case 3:
			name, key = fields[0], fields[1]
			var ok bool
			if role, ok = ParseRole(fields[2]); !ok {
				return nil, fmt.Errorf("line %d: a role is viewer, planner, approver or admin", n)
			}
		default:
			return nil, fmt.Errorf("line %d has more than a name, a key and a role", n)
		}
		if len(key) < minKey || len(key) > maxKey {
			return nil, fmt.Errorf("line %d: a key has %d to %d characters", n, minKey, maxKey)
		}
		for i := 0; i < len(key); i++ {
			if key[i] <= ' ' || key[i] > '~' {
				return nil, fmt.Errorf("line %d: a key is of printable ASCII characters", n)
			}
		}
		h := k.hash(key)
		for i := range k.hashes {
			if k.hashes[i] == h {
				return nil, fmt.Errorf("line %d repeats the key of %s", n, k.who[i].Name)
			}
		}
		k.who = append(k.who, Principal{Name: name, Role: role})
		k.hashes = append(k.hashes, h)
	}
	if err := sc.Err(); err != nil {
		return nil, err
	}
	if len(k.hashes) == 0 {
		return nil, fmt.Errorf("there is no key in it")
	}
	return k, nil
}

func (k *Keys) hash(key string) (sum [sha256.Size]byte) {
	h := hmac.New(sha256.New, k.salt[:])
	h.Write([]byte(key))
	h.Sum(sum[:0])
	return sum
}

// find returns whose a key is. It takes the same time for every key and for
// none.
func (k *Keys) find(key string) (who Principal, ok bool) {
	if k == nil {
		return who, false
	}
	if len(key) > maxKey {
		key = ""
	}
	h := k.hash(key)
	at := -1
	for i := range k.hashes {
		at = subtle.ConstantTimeSelect(subtle.ConstantTimeCompare(h[:], k.hashes[i][:]), i, at)
	}
	if at < 0 {
		return who, false
	}
	return k.who[at], true
}

// storedKeys are the keys of the workspace, as of one state of its journal.
type storedKeys struct {
	mu    sync.Mutex
	stamp string
	keys  []snapshot.Key
}

// stored returns the keys of the workspace; a key that was revoked a moment ago
// is revoked.
func (s *Server) stored(ctx context.Context) ([]snapshot.Key, error) {
	s.keyring.mu.Lock()
	defer s.keyring.mu.Unlock()
	stamp := s.ws.JournalStamp()
	if stamp != s.keyring.stamp {
		keys, err := s.ws.ListKeys(ctx)
		if err != nil {
			return nil, err
		}
		s.keyring.keys, s.keyring.stamp = keys, stamp
	}
	return s.keyring.keys, nil
}

// asks says whether callers need a key.
func (s *Server) asks(ctx context.Context) (bool, error) {
	if s.cfg.NoAuth {
		return false, nil
	}
	if s.keys.Len() > 0 || s.tokens() != nil {
		return true, nil
	}
	stored, err := s.stored(ctx)
	return len(stored) > 0, err
}

// tokens is the provider of tokens; nil for none.
func (s *Server) tokens() *issuer {
	if s.cfg.File == nil {
		return nil
	}
	return s.cfg.File.tokens
}

// authenticate returns who calls. authorization and apiKey are the headers of
// that name.
func (s *Server) authenticate(ctx context.Context, authorization, apiKey []string) (*Principal, error) {
	if ask, err := s.asks(ctx); err != nil || !ask {
		return &local, err
	}
	presented, err := presentedKey(authorization, apiKey)
	if err != nil {
		return nil, err
	}
	if t := s.tokens(); t != nil && looksLikeToken(presented) {
		return t.who(ctx, presented, time.Now())
	}
	if who, ok := s.keys.find(presented); ok {
		return &who, nil
	}
	who, err := s.findStored(ctx, presented)
	if who == nil && err == nil {
		err = refuse(codes.Unauthenticated, "the API key is not known")
	}
	return who, err
}

// presentedKey reads the key out of the headers.
func presentedKey(authorization, apiKey []string) (string, error) {
	if len(authorization) > 1 || len(apiKey) > 1 {
		return "", refuse(codes.Unauthenticated, "give one API key")
	}
	presented := ""
	switch {
	case len(apiKey) == 1:
		presented = apiKey[0]
	case len(authorization) == 1:
		scheme, rest, ok := strings.Cut(authorization[0], " ")
		if ok && strings.EqualFold(scheme, "Basic") {
			// BI tools ask for a user and a password: the key is the password.
			// Some of them leave the padding out.
			plain, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(strings.TrimSpace(rest), "="))
			if _, password, cut := strings.Cut(string(plain), ":"); err == nil && cut && password != "" {
				return password, nil
			}
			return "", refuse(codes.Unauthenticated, "give the API key as the password, with any user name")
		}
		if !ok || !strings.EqualFold(scheme, "Bearer") {
			return "", refuse(codes.Unauthenticated, "give the API key as `Authorization: Bearer KEY` or `x-api-key: KEY`")
		}
		presented = strings.TrimSpace(rest)
	default:
		return "", refuse(codes.Unauthenticated, "an API key is needed: `Authorization: Bearer KEY` or `x-api-key: KEY`")
	}
	return presented, nil
}

// findStored returns whose key of the workspace it is; nil for nobody's. Every
// key is compared, whatever the first ones say.
func (s *Server) findStored(ctx context.Context, presented string) (*Principal, error) {
	if len(presented) > maxKey {
		presented = ""
	}
	stored, err := s.stored(ctx)
	if err != nil || len(stored) == 0 {
		return nil, err
	}
	h, _, err := s.ws.KeyHash(presented)
	if err != nil {
		return nil, err
	}
	at := -1
	for i := range stored {
		at = subtle.ConstantTimeSelect(subtle.ConstantTimeCompare(h[:], stored[i].Hash[:]), i, at)
	}
	if at < 0 {
		return nil, nil
	}
	k := &stored[at]
	if !k.Active(time.Now()) {
		return nil, refuse(codes.Unauthenticated, "the API key is expired or revoked")
	}
	role, ok := ParseRole(k.Role)
	if !ok {
		return nil, refuse(codes.Unauthenticated, "the API key has no role")
	}
	return &Principal{Name: k.Name, Role: role, Sites: k.Sites, MaxValue: k.MaxValue}, nil
}
