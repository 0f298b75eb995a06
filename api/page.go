package api

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
)

// Sizes of pages.
const (
	defaultPage = 100
	maxPage     = 1000
)

// pageSize applies the defaults that the protos document.
func pageSize(asked int32) (int, error) {
	switch {
	case asked < 0:
		return 0, errors.New("is below 0")
	case asked == 0:
		return defaultPage, nil
	case asked > maxPage:
		return maxPage, nil
	}
	return int(asked), nil
}

// page is where a list goes on. Published files never change, so an offset
// into the sorted rows of one of them stays true; subject names that file, so
// that a list of `latest` goes on in the plan in which it began.
type page struct {
	subject string
	offset  int64
}

// tokenVersion is the first byte of every token.
const tokenVersion = 1

// sumLen is the length of a token's check sum.
const sumLen = 8

// maxToken bounds what is decoded.
const maxToken = 1024

// pageSum ties a page to the query that it is a page of.
func pageSum(query []string, body []byte) []byte {
	h := sha256.New()
	var n [8]byte
	for _, s := range query {
		binary.LittleEndian.PutUint64(n[:], uint64(len(s)))
		h.Write(n[:])
		h.Write([]byte(s))
	}
	h.Write(body)
	return h.Sum(nil)[:sumLen]
}

// token writes the page token: opaque, and of no use for another query (method,
// parent, filter, order).
func (p page) token(query ...string) string {
	b := []byte{tokenVersion}
	b = binary.AppendUvarint(b, uint64(p.offset))
	b = append(b, p.subject...)
	return base64.RawURLEncoding.EncodeToString(append(b, pageSum(query, b)...))
}

var errToken = errors.New("is not the next_page_token of this list with the same parent, filter and order")

// parseToken reads a token written for the same query; "" is the first page.
func parseToken(token string, query ...string) (page, error) {
	if token == "" {
		return page{}, nil
	}
	if len(token) > maxToken {
		return page{}, errToken
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(b) < 1+1+sumLen || b[0] != tokenVersion {
		return page{}, errToken
	}
	body, sum := b[:len(b)-sumLen], b[len(b)-sumLen:]
	if string(pageSum(query, body)) != string(sum) {
		return page{}, errToken
	}
	offset, n := binary.Uvarint(body[1:])
	if n <= 0 || offset > 1<<48 {
		return page{}, errToken
	}
	return page{subject: string(body[1+n:]), offset: int64(offset)}, nil
}
