package snapshot

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"planwright"
)

// Key is an API key of the workspace as it is kept: without the key itself.
type Key struct {
	ID       string // public part, which the key begins with
	Name     string // who it was given to; logs and decisions show it
	Role     string // viewer, planner, approver or admin
	Sites    []string
	MaxValue float64 // most money that a decision may approve; 0: no limit
	Created  time.Time
	Expires  time.Time // zero: never
	Revoked  time.Time // zero: not
	Hash     [sha256.Size]byte
}

// Active says whether the key is good at a moment.
func (k *Key) Active(at time.Time) bool {
	return k.Revoked.IsZero() && (k.Expires.IsZero() || at.Before(k.Expires))
}

// keyPrefix lets scanners for leaked secrets recognise a key.
const keyPrefix = "pwk_"

const keyTable = `CREATE TABLE IF NOT EXISTS keys (key_id VARCHAR PRIMARY KEY, name VARCHAR, role VARCHAR, sites VARCHAR, max_value DOUBLE, hash VARCHAR,
	created_at TIMESTAMP, expires_at TIMESTAMP, revoked_at TIMESTAMP)`

// CreateKey makes a key of 256 random bits and keeps its hash, keyed with a
// secret of the workspace. The key is returned this once and kept nowhere.
func (w *Workspace) CreateKey(ctx context.Context, k Key, now time.Time) (secret string, made Key, err error) {
	if k.Name == "" || strings.ContainsAny(k.Name, "\x00\n\r") {
		return "", k, fail(planwright.CodeUsage, "create key", "name", "it needs a name of one line", "say who will use it", nil)
	}
	for _, s := range k.Sites {
		if s == "" || strings.ContainsAny(s, ",\x00") {
			return "", k, fail(planwright.CodeUsage, "create key", "sites", s, "give site ids", nil)
		}
	}
	var id [6]byte
	var bits [32]byte
	_, _ = rand.Read(id[:]) // never fails: it ends the process if the system has no random numbers
	_, _ = rand.Read(bits[:])
	k.ID = hex.EncodeToString(id[:])
	secret = keyPrefix + k.ID + "_" + base64.RawURLEncoding.EncodeToString(bits[:])
	var pepper []byte
	err = patiently(ctx, func() (begun bool, err error) { pepper, err = w.pepper(true); return false, err })
	if err != nil {
		return "", k, err
	}
	k.Created, k.Revoked, k.Hash = now.UTC().Truncate(time.Microsecond), time.Time{}, keyHash(pepper, secret)
	err = w.writeJournal(ctx, keyTable, func(c *Conn) error {
		var same int64
		if _, err := c.Scan(ctx, "SELECT count(*) FROM keys WHERE name = ? AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)", []any{k.Name, k.Created}, &same); err != nil {
			return err
		}
		if same > 0 { // logs and decisions name a key's holder: two could not be told apart
			return fail(planwright.CodeUsage, "create key", k.Name, "a key of that name is active", "revoke it first, or use another name", nil)
		}
		return c.Exec(ctx, "INSERT INTO keys VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", k.ID, k.Name, k.Role, strings.Join(k.Sites, ","), k.MaxValue, hex.EncodeToString(k.Hash[:]), k.Created, timeOrNull(k.Expires.UTC()), nil)
	})
	if err != nil {
		return "", k, err
	}
	return secret, k, nil
}

// RevokeKey ends a key, by id, at once and for good.
func (w *Workspace) RevokeKey(ctx context.Context, id string, now time.Time) error {
	return w.writeJournal(ctx, keyTable, func(c *Conn) error {
		var n int64
		if _, err := c.Scan(ctx, "SELECT count(*) FROM keys WHERE key_id = ?", []any{id}, &n); err != nil {
			return err
		}
		if n == 0 {
			return fail(planwright.CodeNotFound, "revoke key", id, "there is no such key", "`planwright keys list` shows them", nil)
		}
		return c.Exec(ctx, "UPDATE keys SET revoked_at = coalesce(revoked_at, ?) WHERE key_id = ?", now.UTC(), id)
	})
}

// ListKeys returns all keys, revoked and expired ones too, oldest first.
func (w *Workspace) ListKeys(ctx context.Context) (list []Key, err error) {
	err = w.readJournal(ctx, "keys", func(c *Conn) error {
		list = nil
		rows, err := c.Query(ctx, "SELECT key_id, name, role, sites, max_value, hash, created_at, expires_at, revoked_at FROM keys ORDER BY created_at, key_id")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var k Key
			var sites, hash string
			if err := rows.Scan(&k.ID, &k.Name, &k.Role, &sites, &k.MaxValue, &hash, &k.Created, &k.Expires, &k.Revoked); err != nil {
				return err
			}
			if sites != "" {
				k.Sites = strings.Split(sites, ",")
			}
			if n, err := hex.Decode(k.Hash[:], []byte(hash)); err != nil || n != len(k.Hash) {
				return fail(planwright.CodeFileFormat, "journal", "key "+k.ID, "its hash cannot be read", "make a new key", err)
			}
			list = append(list, k)
		}
		return rows.Err()
	})
	return list, err
}

// KeyHash returns the keyed hash of what a caller presents, to be compared in
// constant time with those of [Workspace.ListKeys]; ok is false where the
// workspace never had a key.
func (w *Workspace) KeyHash(presented string) (sum [sha256.Size]byte, ok bool, err error) {
	pepper, err := w.pepper(false)
	if err != nil || pepper == nil {
		return sum, false, err
	}
	return keyHash(pepper, presented), true, nil
}

func keyHash(pepper []byte, key string) (sum [sha256.Size]byte) {
	h := hmac.New(sha256.New, pepper)
	h.Write([]byte(key))
	h.Sum(sum[:0])
	return sum
}

// pepper reads the secret that hashes of keys are keyed with, making it where
// make is set. It lies beside the journal, readable by the owner alone: who
// copies the journal has nothing to guess keys with.
func (w *Workspace) pepper(create bool) ([]byte, error) {
	path := filepath.Join(w.dir, "keys.secret")
	b, err := os.ReadFile(path)
	if err == nil {
		if len(b) != 32 {
			return nil, fail(planwright.CodeFileFormat, "keys", path, "it is not of 32 bytes", "bring it back from a backup, or remove it and make new keys", nil)
		}
		return b, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, fail(planwright.CodeFileNotFound, "keys", path, "", "look at the permissions", err)
	}
	if !create {
		return nil, nil
	}
	release, err := w.hold()
	if err != nil {
		return nil, err
	}
	defer release()
	if _, err := os.Stat(path); err == nil {
		return w.pepper(false) // another process made it meanwhile
	}
	b = make([]byte, 32)
	_, _ = rand.Read(b)
	temp := filepath.Join(w.dir, tempName())
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		_, err = f.Write(b)
		err = errors.Join(err, f.Sync(), f.Close())
	}
	if err == nil {
		err = os.Rename(temp, path)
	}
	if err != nil {
		return nil, errors.Join(fail(planwright.CodeInternal, "keys", path, "", "look at the disk and the permissions", err), os.RemoveAll(temp))
	}
	return b, syncDir(w.dir)
}
