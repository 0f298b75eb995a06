package api

import (
	"bufio"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"io"
	"os"
	"strings"

	"google.golang.org/grpc/codes"

	"planwright"
)

// minKey is the least length of an API key: shorter ones can be guessed.
const minKey = 20

// maxKey bounds what is hashed for a caller.
const maxKey = 512

// Keys are the API keys of a server. Only keyed hashes of them are kept; the
// key of the hash is random and lives as long as the process.
type Keys struct {
	salt   [32]byte
	names  []string
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
// shows and the key. Empty lines and lines that begin with # are skipped. A key
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
		switch len(fields) {
		case 1:
		case 2:
			name, key = fields[0], fields[1]
		default:
			return nil, fmt.Errorf("line %d has more than a name and a key", n)
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
				return nil, fmt.Errorf("line %d repeats the key of %s", n, k.names[i])
			}
		}
		k.names = append(k.names, name)
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

// find returns the name of a key. It takes the same time for every key and for
// none.
func (k *Keys) find(key string) (name string, ok bool) {
	if len(key) > maxKey {
		key = ""
	}
	h := k.hash(key)
	at := -1
	for i := range k.hashes {
		at = subtle.ConstantTimeSelect(subtle.ConstantTimeCompare(h[:], k.hashes[i][:]), i, at)
	}
	if at < 0 {
		return "", false
	}
	return k.names[at], true
}

// authenticate returns who calls: the name of the key, or "" where the server
// has none. authorization and apiKey are the headers of that name.
func (k *Keys) authenticate(authorization, apiKey []string) (string, error) {
	if k.Len() == 0 {
		return "", nil
	}
	if len(authorization) > 1 || len(apiKey) > 1 {
		return "", refuse(codes.Unauthenticated, "give one API key")
	}
	presented := ""
	switch {
	case len(apiKey) == 1:
		presented = apiKey[0]
	case len(authorization) == 1:
		scheme, rest, ok := strings.Cut(authorization[0], " ")
		if !ok || !strings.EqualFold(scheme, "Bearer") {
			return "", refuse(codes.Unauthenticated, "give the API key as `Authorization: Bearer KEY` or `x-api-key: KEY`")
		}
		presented = strings.TrimSpace(rest)
	default:
		return "", refuse(codes.Unauthenticated, "an API key is needed: `Authorization: Bearer KEY` or `x-api-key: KEY`")
	}
	name, ok := k.find(presented)
	if !ok {
		return "", refuse(codes.Unauthenticated, "the API key is not known")
	}
	return name, nil
}
