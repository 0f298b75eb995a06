package api

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"planwright"
	"planwright/snapshot"
)

// provider is an OpenID Connect provider on this machine.
type provider struct {
	*httptest.Server
	mu   sync.Mutex
	keys []jose.JSONWebKey
}

func newProvider(t *testing.T) *provider {
	p := &provider{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch r.URL.Path {
		case "/.well-known/openid-configuration":
			fmt.Fprintf(w, `{"issuer":%q,"jwks_uri":%q,"authorization_endpoint":%[1]q,"token_endpoint":%[1]q,"id_token_signing_alg_values_supported":["RS256"]}`, p.URL, p.URL+"/keys")
		case "/keys":
			p.mu.Lock()
			defer p.mu.Unlock()
			set := jose.JSONWebKeySet{}
			for _, k := range p.keys {
				set.Keys = append(set.Keys, k.Public())
			}
			if err := json.NewEncoder(w).Encode(set); err != nil {
				t.Error(err)
			}
		}
	}))
	t.Cleanup(p.Close)
	return p
}

// rotate makes a new key and forgets the old ones.
func (p *provider) rotate(t *testing.T, id string) jose.JSONWebKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key := jose.JSONWebKey{Key: k, KeyID: id, Algorithm: "ES256", Use: "sig"}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keys = []jose.JSONWebKey{key}
	return key
}

func sign(t *testing.T, alg jose.SignatureAlgorithm, key any, claims map[string]any) string {
	t.Helper()
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, nil)
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	sig, err := s.Sign(b)
	if err != nil {
		t.Fatal(err)
	}
	text, err := sig.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestTokens: what a forger tries is refused, what the provider signs is taken,
// also after it rotated its keys.
func TestTokens(t *testing.T) {
	p := newProvider(t)
	key := p.rotate(t, "k1")
	f, err := parseFile(fmt.Appendf(nil, "oidc: {issuer: %q, audience: planwright, role_claim: groups, roles: {stock: planner, bosses: approver}, site_claim: sites}", p.URL), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	i := f.tokens
	t.Cleanup(i.client.CloseIdleConnections)
	now := time.Now()
	claims := func(edit func(map[string]any)) map[string]any {
		c := map[string]any{"iss": p.URL, "aud": "planwright", "sub": "u1", "preferred_username": "li.wei", "iat": now.Unix(), "exp": now.Add(time.Hour).Unix(), "groups": []string{"stock"}, "sites": "EAST WEST"}
		if edit != nil {
			edit(c)
		}
		return c
	}
	set := func(name string, v any) func(map[string]any) { return func(c map[string]any) { c[name] = v } }
	good := sign(t, jose.ES256, key, claims(nil))
	public, err := x509.MarshalPKIXPublicKey(key.Public().Key)
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(good, ".")
	body, err := json.Marshal(claims(set("groups", "bosses")))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		token string
		ok    bool
	}{
		"good":                 {good, true},
		"clock a little ahead": {sign(t, jose.ES256, key, claims(set("exp", now.Add(-30*time.Second).Unix()))), true},
		"two audiences":        {sign(t, jose.ES256, key, claims(set("aud", []string{"other", "planwright"}))), true},
		"expired":              {sign(t, jose.ES256, key, claims(set("exp", now.Add(-2*time.Minute).Unix()))), false},
		"without an end":       {sign(t, jose.ES256, key, claims(func(c map[string]any) { delete(c, "exp") })), false},
		"not yet":              {sign(t, jose.ES256, key, claims(set("nbf", now.Add(5*time.Minute).Unix()))), false},
		"other audience":       {sign(t, jose.ES256, key, claims(set("aud", "other"))), false},
		"other issuer":         {sign(t, jose.ES256, key, claims(set("iss", "https://evil.example.com"))), false},
		"no role":              {sign(t, jose.ES256, key, claims(set("groups", []string{"guests"}))), false},
		"role by its name":     {sign(t, jose.ES256, key, claims(set("groups", "admin"))), false},
		"another's key":        {sign(t, jose.RS256, stranger, claims(nil)), false},
		"public key as secret": {sign(t, jose.HS256, public, claims(nil)), false},
		"no algorithm":         {base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + parts[1] + ".", false},
		"other claims":         {parts[0] + "." + base64.RawURLEncoding.EncodeToString(body) + "." + parts[2], false},
		"half":                 {good[:len(good)/2], false},
		"long":                 {good + strings.Repeat("A", 20000), false},
	} {
		who, err := i.who(context.Background(), c.token, now)
		if (err == nil) != c.ok {
			t.Errorf("%s: %v, want ok %v", name, err, c.ok)
		}
		if err == nil && (who.Name != "li.wei" || who.Role != Planner || strings.Join(who.Sites, " ") != "EAST WEST") {
			t.Errorf("%s: %+v", name, who)
		}
		if err != nil && strings.Contains(err.Error(), c.token) {
			t.Errorf("%s: the error shows the token", name)
		}
	}
	next := p.rotate(t, "k2")
	// A call that comes while an earlier one is fetching the keys shares what that
	// one got, which may be of before the rotation: a moment later it is taken.
	rotated := sign(t, jose.ES256, next, claims(set("groups", []string{"stock", "bosses"})))
	who, err := i.who(context.Background(), rotated, now)
	for began := time.Now(); err != nil && time.Since(began) < time.Minute; time.Sleep(5 * time.Millisecond) {
		who, err = i.who(context.Background(), rotated, now)
	}
	if err != nil || who.Role != Approver {
		t.Errorf("after the provider rotated its keys: %+v, %v", who, err)
	}
	// At the door of the service.
	v := serve(t, t.TempDir(), func(c *Config) { c.File = f })
	for token, want := range map[string]int{"": 401, good: 401, sign(t, jose.ES256, next, claims(nil)): 200} {
		v.key = token
		if a := v.do("GET", "/v1/plans", ""); a.status != want {
			t.Errorf("GET with the token %.20s… = %d %s, want %d", token, a.status, a.body, want)
		}
	}
}

// TestApproverIsTheSubject: who may approve goes by what the provider says about a
// person, not by a name that its users may choose, nor by that of a key.
func TestApproverIsTheSubject(t *testing.T) {
	p := newProvider(t)
	key := p.rotate(t, "k1")
	s := &Server{cfg: Config{Approvals: []ApprovalRule{{Role: Approver, Approvers: []string{"director", "u7", "E-12"}}}}}
	about, d := snapshot.Decidable{ID: "x", Action: planwright.ActBuy, Value: 500}, planwright.Decision{Status: planwright.StatusApproved, Qty: planwright.NoQty}
	now := time.Now()
	for _, c := range []struct {
		config, name string
		claims       map[string]any
		ok           bool
	}{
		{"", "director", map[string]any{"sub": "u1", "preferred_username": "director"}, false},
		{"", "u7", map[string]any{"sub": "u1", "email": "u7"}, false},
		{"", "li.wei", map[string]any{"sub": "u7", "preferred_username": "li.wei"}, true},
		{", name_claim: employee", "E-12", map[string]any{"sub": "u1", "preferred_username": "x", "employee": "E-12"}, true},
		{", name_claim: employee", "E-13", map[string]any{"sub": "u7", "employee": "E-13"}, false},
		{", name_claim: employee", "", map[string]any{"sub": "u7"}, false},
	} {
		f, err := parseFile(fmt.Appendf(nil, "oidc: {issuer: %q, audience: planwright%s}", p.URL, c.config), t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(f.tokens.client.CloseIdleConnections)
		claims := map[string]any{"iss": p.URL, "aud": "planwright", "iat": now.Unix(), "exp": now.Add(time.Hour).Unix(), "roles": "approver"}
		maps.Copy(claims, c.claims)
		who, err := f.tokens.who(t.Context(), sign(t, jose.ES256, key, claims), now)
		if c.name == "" {
			if err == nil {
				t.Errorf("%v: a token without the claim is %+v", c.claims, who)
			}
			continue
		}
		if err != nil || who.Name != c.name {
			t.Errorf("%v: %+v, %v", c.claims, who, err)
			continue
		}
		if err := s.mayDecide(context.WithValue(t.Context(), callKey{}, call{who: who}), &d, &about); (err == nil) != c.ok {
			t.Errorf("%v approves: %v, want ok %v", c.claims, err, c.ok)
		}
	}
}
