package api

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

// exchange sends bytes as they are on a connection of its own and returns all the
// answers that come until the server closes it. When nothing came for a while,
// and after the first answer, it says that nothing more will be sent.
func exchange(v *served, request []byte, patience time.Duration) (answers []answer, err error) {
	conn, err := net.Dial("tcp", strings.TrimPrefix(v.addr, "http://"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		return nil, err
	}
	if _, err := conn.Write(request); err != nil {
		return nil, err
	}
	over := time.AfterFunc(patience, func() { _ = conn.(*net.TCPConn).CloseWrite() })
	defer over.Stop()
	r := bufio.NewReader(conn)
	for {
		if _, err := r.Peek(1); err != nil {
			return answers, nil
		}
		resp, err := http.ReadResponse(r, nil)
		if err != nil {
			return answers, fmt.Errorf("no answer of HTTP: %w", err)
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil {
			return answers, fmt.Errorf("half an answer: %w", err)
		}
		answers = append(answers, answer{resp.StatusCode, resp.Header, body})
		over.Reset(0)
	}
}

// isProblem says what is wrong with an answer that should be a problem.
func isProblem(a answer) error {
	var p problem
	switch {
	case a.status < 400 || a.status >= 500:
		return fmt.Errorf("status %d", a.status)
	case a.header.Get("Content-Type") != "application/problem+json":
		return fmt.Errorf("content type %q", a.header.Get("Content-Type"))
	case json.Unmarshal(a.body, &p) != nil:
		return fmt.Errorf("no JSON: %.100q", a.body)
	case p.Status != a.status || p.Title == "" || p.Detail == "" || p.Code == "" || p.Reason == "":
		return fmt.Errorf("a member is missing: %.300s", a.body)
	case a.header.Get("X-Request-Id") == "":
		return fmt.Errorf("no request id")
	}
	return nil
}

// TestSmuggling: requests that two readers could take for different ones, and
// header values with more in them than a value. What net/http cannot parse is
// answered as a problem too, and is in the log.
func TestSmuggling(t *testing.T) {
	v := planned(t, 0, true, func(c *Config) { c.Keys = mustKeys(t, "bi "+testKey+" viewer") })
	key := "X-Api-Key: " + testKey + "\r\n"
	const host = "Host: 127.0.0.1\r\n"
	inner := "GET /v1/plans HTTP/1.1\r\n" + host + "\r\n" // has no key of its own
	post := "POST /v1/query HTTP/1.1\r\n" + host + key
	for name, c := range map[string]struct {
		request string
		want    []int // of each answer; none: the first must be 400
	}{
		"two lengths":                 {post + "Content-Length: 4\r\nContent-Length: 5\r\n\r\n{}" + inner, nil},
		"two lengths in one":          {post + "Content-Length: 4, 5\r\n\r\n{}" + inner, nil},
		"length with a sign":          {post + "Content-Length: +2\r\n\r\n{}", nil},
		"length in hex":               {post + "Content-Length: 0x2\r\n\r\n{}", nil},
		"length below 0":              {post + "Content-Length: -1\r\n\r\n{}", nil},
		"length that overflows":       {post + "Content-Length: 18446744073709551618\r\n\r\n{}", nil},
		"both, chunked ends first":    {post + "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + inner, []int{400, 401}},
		"chunked twice":               {post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + inner, nil},
		"chunked with a tab":          {post + "Transfer-Encoding: \tchunked, identity\r\n\r\n0\r\n\r\n" + inner, nil},
		"chunked behind a name":       {post + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + inner, nil},
		"a coding that is not known":  {post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", nil},
		"folded":                      {post + "X-A: 1\r\n Content-Length: 99\r\n\r\n", nil},
		"space in a name":             {post + "X A: 1\r\n\r\n", nil},
		"zero in a value":             {post + "X-A: \x00\r\n\r\n", nil},
		"bare CR in a value":          {post + "X-A: 1\rX-Api-Key: x\r\n\r\n", nil},
		"no host":                     {"GET /v1/plans HTTP/1.1\r\n" + key + "\r\n", nil},
		"two hosts":                   {"GET /v1/plans HTTP/1.1\r\n" + host + host + key + "\r\n", nil},
		"host with a path":            {"GET /v1/plans HTTP/1.1\r\nHost: a/b\r\n" + key + "\r\n", nil},
		"no version":                  {"GET /v1/plans\r\n\r\n", nil},
		"version 3":                   {"GET /v1/plans HTTP/3.7\r\n" + host + "\r\n", nil},
		"space in the path":           {"GET /v1/pla ns HTTP/1.1\r\n" + host + key + "\r\n", nil},
		"method of signs":             {"G(T /v1/plans HTTP/1.1\r\n" + host + key + "\r\n", nil},
		"expectation":                 {post + "Expect: a miracle\r\nContent-Length: 2\r\n\r\n{}", []int{417}},
		"large header":                {"GET /v1/plans HTTP/1.1\r\n" + host + "X-A: " + strings.Repeat("a", 90<<10) + "\r\n\r\n", []int{431}},
		"chunk size that overflows":   {post + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n{}\r\n0\r\n\r\n", []int{400}},
		"chunk size below 0":          {post + "Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n", []int{400}},
		"chunk without its end":       {post + "Transfer-Encoding: chunked\r\n\r\n9\r\n{}", []int{400}},
		"a body that does not come":   {post + "Content-Length: 99\r\n\r\n{}", []int{400}},
		"the second without a key":    {"GET /v1/nothing HTTP/1.1\r\n" + host + key + "\r\n" + inner, []int{404, 401}},
		"the whole server":            {"OPTIONS * HTTP/1.1\r\n" + host + key + "\r\n", []int{400}},
		"a proxy's request":           {"GET http://evil.example.com/v1/nothing HTTP/1.1\r\nHost: evil.example.com\r\n" + key + "\r\n", []int{404}},
		"a tunnel":                    {"CONNECT evil.example.com:443 HTTP/1.1\r\nHost: evil.example.com\r\n" + key + "\r\n", []int{400}},
		"a path of other letters":     {"GET /v1/\xff\xfe HTTP/1.1\r\n" + host + key + "\r\n", []int{400}},
		"a request id that is a line": {"GET /v1/nothing HTTP/1.1\r\n" + host + key + "X-Request-Id: a\r\nX-Injected: yes\r\n\r\n", []int{404}},
	} {
		answers, err := exchange(v, []byte(c.request), 300*time.Millisecond)
		if err != nil || len(answers) == 0 {
			t.Errorf("%s: %d answers, %v", name, len(answers), err)
			continue
		}
		want := c.want
		if want == nil {
			want = []int{400}
		}
		for i, a := range answers {
			if err := isProblem(a); err != nil {
				t.Errorf("%s: answer %d: %v", name, i, err)
			}
			if i >= len(want) || a.status != want[i] {
				t.Errorf("%s: answer %d is %d, want %v", name, i, a.status, want)
			}
			if a.header.Get("X-Injected") != "" {
				t.Errorf("%s: the answer has a header of the client's", name)
			}
		}
	}
	if n := len(logLines(t, v, "request")); n < 30 {
		t.Errorf("%d requests are in the log", n)
	}
}

// mutator makes malformed requests.
type mutator struct{ r *rand.Rand }

func (m *mutator) pick(list ...string) string { return list[m.r.IntN(len(list))] }

// junk is n bytes of a kind.
func (m *mutator) junk(n int) string {
	b := make([]byte, n)
	kind := m.r.IntN(4)
	for i := range b {
		switch kind {
		case 0:
			b[i] = byte(m.r.IntN(256))
		case 1:
			b[i] = byte(' ' + m.r.IntN(95))
		case 2:
			b[i] = "{}[]\":,\\u0e-+.tfn"[m.r.IntN(17)]
		default:
			b[i] = "%/.?&=#;'\"\\<>"[m.r.IntN(13)]
		}
	}
	return string(b)
}

// request makes a request that must be refused, and says whether one answer at
// least must come: a body may end before it is whole.
func (m *mutator) request(key string) []byte {
	method := m.pick("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "get", "\x00", "GET GET", strings.Repeat("A", 300))
	path := "/" + m.pick("v1/plans", "v1/plans/latest/suggestions", "v1/query", "v1/sql", "v1/snapshots", "v1/operations", "odata/v4/bi_sku", "v1/plans/latest/tables/policies", "v1/forecasts:compute", "v1/plans/latest/suggestions:decide", "healthz", "metrics", "")
	body, headers := "", "Host: 127.0.0.1\r\n"
	version := "HTTP/1.1"
	withKey := m.r.IntN(3) > 0
	switch m.r.IntN(10) {
	case 0: // the path
		path += m.pick("/", "%", "%zz", "//", "/..", "/%00", ";", "/%2e%2e/") + m.junk(m.r.IntN(20))
	case 1: // the query
		path += "?" + m.pick("filter", "page_size", "page_token", "order_by", "$filter", "sql", "format", "nothing", "%") + "=" + m.junk(m.r.IntN(30))
	case 2: // the body
		method, body = "POST", m.junk(m.r.IntN(200))
	case 3: // a body that is nearly right
		method, body = "POST", m.pick(`{"sql":1}`, `{"sql":"SELECT"`, `{"options":{"horizon":1e400}}`, `{"page_size":"x"}`, `[]`, `null`, `"x"`, `{"series":[{"values":[{}]}]}`, `{"a":`, "\xff\xfe{}", `{"sql":"\ud800"}`, `{"decisions":[{"qty":{}}]}`, strings.Repeat("[", 20000))
	case 4: // lengths
		method, body = "POST", "{}"
		headers += "Content-Length: " + m.pick("-1", "x", "99999999999999999999", "3", "0x2", "1 1", "") + "\r\n"
		return []byte(method + " " + path + " " + version + "\r\n" + headers + "\r\n" + body)
	case 5: // chunks
		headers += "Transfer-Encoding: chunked\r\n"
		if withKey {
			headers += "X-Api-Key: " + key + "\r\n"
		}
		return []byte("POST " + path + " " + version + "\r\n" + headers + "\r\n" + m.pick("x\r\n", "5\r\nab", "-1\r\n", "2\r\n{}\r\n0\r\nA: \x00\r\n\r\n", "ffffffffff\r\n", "2;a=b\r\n{{\r\n0\r\n\r\n", m.junk(20)))
	case 6: // content types and encodings
		method, body = "POST", m.pick("<a/>", "a=b", "x", "\x1f\x8b\x08\x00", "--x\r\n\r\n--x--")
		headers += "Content-Type: " + m.pick("application/xml", "multipart/form-data; boundary=x", "text/plain; charset=utf-7", "application/grpc", "application/grpc-web", "x", "application/json; charset=\x80", "a/b;") + "\r\n"
		if m.r.IntN(2) == 0 {
			headers += "Content-Encoding: " + m.pick("gzip", "br", "deflate", "zstd", "gzip, gzip", "x") + "\r\n"
		}
	case 7: // headers
		headers += m.pick("Accept: \x7f", "Accept-Language: "+m.junk(40), "Authorization: Bearer "+m.junk(30), "X-Api-Key: "+m.junk(10), "Range: bytes=0-1,0-2,0-3", "Expect: x", "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAAA", "Upgrade: websocket\r\nConnection: Upgrade", "Grpc-Timeout: "+m.junk(5), "X-Request-Id: "+m.junk(300), "Traceparent: "+m.junk(55), "Host: "+m.junk(5), "Trailer: Content-Length", "Connection: close, X-Api-Key", "Accept: application/x-nothing") + "\r\n"
		path = m.pick(path, "/v1/nothing")
	case 8: // the version and the line
		version = m.pick("HTTP/0.9", "HTTP/2.0", "HTTP/1.2", "HTTP/9.9", "HTTP/1", "http/1.1", "", "HTTP/1.1 x", "RTSP/1.0")
	default: // bytes from nowhere
		return []byte(m.junk(1 + m.r.IntN(300)))
	}
	if withKey {
		headers += "X-Api-Key: " + key + "\r\n"
	}
	if body != "" {
		headers += "Content-Length: " + strconv.Itoa(len(body)) + "\r\n"
	}
	return []byte(method + " " + path + " " + version + "\r\n" + headers + "\r\n" + body)
}

// TestMalformed: requests that are wrong in their method, path, query, body,
// length, chunks, types, encodings, headers or version, and plain noise. Whatever
// comes back is never a 5xx; a refusal is a problem; afterwards the service is
// well and nothing is left behind. PLANWRIGHT_MALFORMED sets how many; the figure
// of docs/security.md is of 10,000.
func TestMalformed(t *testing.T) {
	n := 1000
	if testing.Short() {
		n = 300
	}
	if s := os.Getenv("PLANWRIGHT_MALFORMED"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	v := planned(t, 0, true, func(c *Config) {
		c.Keys, c.Limits.Header = mustKeys(t, "bi "+testKey+" viewer"), 2*time.Second
	})
	m := &mutator{rand.New(rand.NewPCG(7, 7))}
	v.key = testKey
	v.get("/v1/plans") // the connections of the test itself are there
	before := runtime.NumGoroutine()
	codes := map[int]int{}
	silent, fine, bad := 0, 0, 0
	for i := range n {
		request := m.request(testKey)
		answers, err := exchange(v, request, 40*time.Millisecond)
		if len(answers) == 0 {
			silent++
		}
		if err != nil && !bytes.HasPrefix(request, []byte("HEAD")) {
			err = fmt.Errorf("%d answers, %w", len(answers), err)
		} else {
			err = nil
		}
		for _, a := range answers {
			codes[a.status]++
			head, odata := bytes.HasPrefix(request, []byte("HEAD")), bytes.Contains(request, []byte(" /odata")) // an answer without a body; an error of OData's own form
			switch {
			case a.status < 400:
				fine++ // a mutation that changed nothing that counts
			case a.status >= 500:
				err = fmt.Errorf("%d %.200s", a.status, a.body)
			case !head && !odata:
				if perr := isProblem(a); perr != nil {
					err = perr
				}
			}
		}
		if err != nil {
			if bad++; bad < 10 {
				t.Errorf("request %d, %.200q: %v", i, request, err)
			}
		}
	}
	t.Logf("%d requests: answers by status %v; %d without an answer (the connection closed), %d that were good after all", n, codes, silent, fine)
	if bad > 0 {
		t.Errorf("%d of %d requests were answered wrongly", bad, n)
	}
	if codes[400] < n/4 {
		t.Errorf("%d of %d requests were malformed: the test shows too little", codes[400], n)
	}
	if a := v.do("GET", "/readyz", ""); a.status != 200 {
		t.Errorf("afterwards /readyz is %d", a.status)
	}
	if a := v.do("GET", "/v1/plans/latest/policies", ""); a.status != 200 {
		t.Errorf("afterwards a list is %d %s", a.status, a.body)
	}
	for range 3000 { // connections that linger end
		if runtime.NumGoroutine() <= before+10 {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if after := runtime.NumGoroutine(); after > before+10 {
		t.Errorf("%d goroutines, %d before", after, before)
	}
	if lines := logLines(t, v, "panic"); len(lines) > 0 {
		t.Errorf("%d panics: %v", len(lines), lines[0])
	}
}
