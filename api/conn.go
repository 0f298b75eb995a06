package api

import (
	"bytes"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
)

// What cannot be parsed as HTTP never reaches a handler: net/http answers in
// plain text, with 501 and 505 among the codes, and tells nobody. Over
// cleartext these answers become problems like all others, and are logged.
// Over TLS, where net/http must have the connection itself, they stay as they are.

// problemListener takes connections whose refusals are problems.
type problemListener struct {
	net.Listener
	s *Server
}

// Accept implements net.Listener.
func (l problemListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &problemConn{Conn: c, s: l.s}, nil
}

// problemConn is such a connection.
type problemConn struct {
	net.Conn
	s       *Server
	refused bool // read and written by the goroutine of the connection alone
}

// Write implements net.Conn.
func (c *problemConn) Write(b []byte) (int, error) {
	status, what, ok := plainRefusal(b)
	if !ok {
		return c.Conn.Write(b)
	}
	c.refused = true
	if _, err := c.Conn.Write(c.s.refusePlainly(status, what, c.RemoteAddr().String())); err != nil {
		return 0, err
	}
	return len(b), nil
}

// CloseWrite says that nothing more comes, so that a client that still sends gets
// to read the answer.
func (c *problemConn) CloseWrite() error {
	if w, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return w.CloseWrite()
	}
	return nil
}

// Lingering: how long, and for how much, a refused client is heard out. Without
// it the network drops the answer when more of the request is on the way.
const (
	lingerFor   = 250 * time.Millisecond
	lingerBytes = 256 << 10
)

// Close implements net.Conn.
func (c *problemConn) Close() error {
	if c.refused {
		if c.CloseWrite() == nil && c.SetReadDeadline(time.Now().Add(lingerFor)) == nil {
			_, _ = io.CopyN(io.Discard, c.Conn, lingerBytes) // whatever it is
		}
	}
	return c.Conn.Close()
}

var (
	httpLine     = []byte("HTTP/1.1 ")
	plainHeaders = []byte("\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n")
	expectation  = []byte("HTTP/1.1 417 ") // an Expect that net/http does not know
)

// maxPlain is longer than any answer of net/http's own.
const maxPlain = 512

// plainRefusal says whether what is written is an answer of net/http itself to a
// request that it could not parse.
func plainRefusal(b []byte) (httpStatus int, what string, ok bool) {
	if len(b) > maxPlain || !bytes.HasPrefix(b, httpLine) {
		return 0, "", false
	}
	if bytes.HasPrefix(b, expectation) {
		return http.StatusExpectationFailed, "the expectation is none that is known", true
	}
	line, body, ok := bytes.Cut(b[len(httpLine):], plainHeaders)
	code, _, _ := strings.Cut(string(line), " ")
	n, err := strconv.Atoi(code)
	if !ok || err != nil || n < 400 {
		return 0, "", false
	}
	switch n {
	case http.StatusRequestHeaderFieldsTooLarge:
		return n, "the header is too large", true
	case http.StatusNotImplemented:
		return http.StatusBadRequest, "the transfer coding is none that is known", true
	case http.StatusHTTPVersionNotSupported:
		return http.StatusBadRequest, "the version of HTTP is none that is known", true
	}
	// What is at fault comes after the name of the code, and has no text of the client's.
	what = strings.TrimPrefix(strings.TrimPrefix(string(body), code+" "+http.StatusText(n)), ": ")
	if what == "" {
		what = "the request cannot be parsed as HTTP"
	}
	return http.StatusBadRequest, what, true
}

// refusePlainly logs such a request and makes its answer.
func (s *Server) refusePlainly(httpStatus int, what, peer string) []byte {
	id := randomID()
	st := s.toStatus(refuse(codes.InvalidArgument, "%s", what), 0, id)
	s.metrics.answered("rest", strconv.Itoa(httpStatus), 0)
	s.log.LogAttrs(s.life, slog.LevelInfo, "request", slog.String("request_id", id), slog.String("protocol", "rest"), slog.Int("status", httpStatus), slog.String("malformed", what), slog.String("peer", peer))
	header := http.Header{}
	s.secure(header)
	header.Set("X-Request-Id", id)
	header.Set("Connection", "close")
	body, contentType := s.problemBody(s.life, newProblem(st, httpStatus, ""))
	header.Set("Content-Type", contentType)
	header.Set("Content-Length", strconv.Itoa(len(body)))
	var b bytes.Buffer
	b.WriteString("HTTP/1.1 " + strconv.Itoa(httpStatus) + " " + http.StatusText(httpStatus) + "\r\n")
	_ = header.Write(&b) // a buffer takes everything
	b.WriteString("\r\n")
	b.Write(body)
	return b.Bytes()
}
