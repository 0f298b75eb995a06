package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"google.golang.org/grpc/codes"
)

// issuer verifies tokens of people: JWT of an OpenID Connect provider. Its keys
// are fetched when the first token comes and again when one is signed with a key
// that is not known yet, so that the provider may rotate them. Only signatures
// with a key pair are taken: none, and secrets shared with the provider, are not.
type issuer struct {
	issuer, audience string
	roleClaim        string            // claim that holds the role, or a list of groups
	roles            map[string]string // group -> role; nil: the claim holds the role itself
	siteClaim        string            // claim that holds the sites; "": all
	nameClaim        string            // claim that names a person, here and in rules of approval; "": see nameOf
	client           *http.Client

	mu       sync.Mutex
	verifier *oidc.IDTokenVerifier
}

// Accepted of tokens: algorithms, and how far the clocks may differ.
var tokenAlgorithms = []string{oidc.RS256, oidc.RS384, oidc.RS512, oidc.ES256, oidc.ES384, oidc.ES512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.EdDSA}

const (
	clockSkew     = time.Minute
	issuerTimeout = 10 * time.Second
	maxJWT        = 16 << 10
)

// looksLikeToken says whether what a caller presents is a token and no key.
func looksLikeToken(s string) bool { return strings.Count(s, ".") == 2 && strings.HasPrefix(s, "ey") }

// get returns the verifier, asking the provider where it was not reached yet.
func (i *issuer) get() (*oidc.IDTokenVerifier, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.verifier != nil {
		return i.verifier, nil
	}
	// The provider keeps this context for fetching keys: it is not the call's.
	provider, err := oidc.NewProvider(oidc.ClientContext(context.Background(), i.client), i.issuer)
	if err != nil {
		return nil, refuse(codes.Unavailable, "the provider of tokens does not answer")
	}
	i.verifier = provider.Verifier(&oidc.Config{ClientID: i.audience, SupportedSigningAlgs: tokenAlgorithms, SkipExpiryCheck: true})
	return i.verifier, nil
}

// who verifies a token: signature, issuer, audience, time. A token without a role
// that is known is refused.
func (i *issuer) who(ctx context.Context, token string, now time.Time) (*Principal, error) {
	bad := func(what string) error { return refuse(codes.Unauthenticated, "the token is not accepted: %s", what) }
	if len(token) > maxJWT {
		return nil, bad("it is too long")
	}
	v, err := i.get()
	if err != nil {
		return nil, err
	}
	t, err := v.Verify(ctx, token)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, bad("signature, issuer or audience are not right") // which of them is in no answer
	}
	var claims map[string]any
	if err := t.Claims(&claims); err != nil {
		return nil, bad("its claims cannot be read")
	}
	// Times of the token are compared here, because clocks differ.
	if t.Expiry.IsZero() || now.After(t.Expiry.Add(clockSkew)) {
		return nil, bad("it is expired")
	}
	if nbf, ok := claims["nbf"].(float64); ok && now.Add(clockSkew).Before(time.Unix(int64(nbf), 0)) {
		return nil, bad("it is not valid yet")
	}
	p := &Principal{Name: nameOf(claims, t.Subject), ID: t.Subject}
	if i.nameClaim != "" {
		name, _ := claims[i.nameClaim].(string)
		if name == "" {
			return nil, refuse(codes.PermissionDenied, "the token has no claim %s", i.nameClaim)
		}
		p.Name, p.ID = name, name
	}
	role, found := Viewer, false
	for _, word := range wordsOf(claims[i.roleClaim]) {
		if i.roles != nil {
			word = i.roles[word]
		}
		if r, ok := ParseRole(word); ok {
			role, found = max(role, r), true
		}
	}
	if !found {
		return nil, refuse(codes.PermissionDenied, "the token gives no role here")
	}
	p.Role = role
	if i.siteClaim != "" {
		if p.Sites = wordsOf(claims[i.siteClaim]); p.Sites == nil {
			p.Sites = []string{} // none
		}
		if slices.Contains(p.Sites, "*") {
			p.Sites = nil // all
		}
	}
	return p, nil
}

// nameOf is what logs and decisions call a person where the configuration names no
// claim. A user may be able to change it: rules of approval go by the subject then.
func nameOf(claims map[string]any, subject string) string {
	for _, claim := range []string{"preferred_username", "email"} {
		if s, ok := claims[claim].(string); ok && s != "" {
			return s
		}
	}
	return subject
}

// wordsOf reads a claim: a word, words with spaces between, or a list.
func wordsOf(claim any) []string {
	switch c := claim.(type) {
	case string:
		return strings.Fields(c)
	case []any:
		var list []string
		for _, x := range c {
			if s, ok := x.(string); ok && s != "" {
				list = append(list, s)
			}
		}
		return list
	}
	return nil
}

// FileOIDC is a provider of tokens.
type FileOIDC struct {
	Issuer    string            `yaml:"issuer"`
	Audience  string            `yaml:"audience"`
	RoleClaim string            `yaml:"role_claim"`
	Roles     map[string]string `yaml:"roles"`
	SiteClaim string            `yaml:"site_claim"`
	NameClaim string            `yaml:"name_claim"`
}

// issuer checks a provider of the configuration; nil for none.
func (c *FileOIDC) issuer() (*issuer, error) {
	if c.Issuer == "" {
		if c.Audience != "" || c.RoleClaim != "" || len(c.Roles) > 0 || c.SiteClaim != "" || c.NameClaim != "" {
			return nil, errors.New("oidc.issuer: is missing")
		}
		return nil, nil
	}
	if !strings.HasPrefix(c.Issuer, "https://") && !strings.HasPrefix(c.Issuer, "http://127.0.0.1:") {
		return nil, errors.New("oidc.issuer: is no https address")
	}
	if c.Audience == "" {
		return nil, errors.New("oidc.audience: is missing: tokens made for other services would be taken")
	}
	for group, role := range c.Roles {
		if _, ok := ParseRole(role); !ok {
			return nil, errors.New("oidc.roles." + group + ": is not viewer, planner, approver or admin")
		}
	}
	claim := c.RoleClaim
	if claim == "" {
		claim = "roles"
	}
	return &issuer{issuer: c.Issuer, audience: c.Audience, roleClaim: claim, roles: c.Roles, siteClaim: c.SiteClaim, nameClaim: c.NameClaim, client: &http.Client{Timeout: issuerTimeout}}, nil
}
