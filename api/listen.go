package api

import (
	"context"
	"net"
	"strings"

	"planwright"
)

// CheckListen refuses an address that would show the data to the network
// unasked: without keys only a loopback address is safe, by number or as
// localhost. An empty host means every interface. Keys over cleartext beyond
// loopback are the operator's choice (a proxy may bring TLS); hasKeys is what
// is required. The error has code UNSAFE_LISTEN, or USAGE for what is no
// address.
func CheckListen(addr string, hasKeys bool) error {
	host, port, err := net.SplitHostPort(addr)
	if err != nil || port == "" {
		return &planwright.Error{Code: planwright.CodeUsage, Op: "listen", Subject: addr, What: "not an address", Fix: "use HOST:PORT, such as 127.0.0.1:8080", Args: []string{"detail", "listen " + addr}, Err: err}
	}
	if hasKeys || isLoopback(host) {
		return nil
	}
	return &planwright.Error{Code: planwright.CodeUnsafeListen, Op: "listen", Subject: addr,
		What: "without a key anyone on the network could read and change the data",
		Fix:  "listen on 127.0.0.1, or give a file of API keys", Args: []string{"detail", addr}}
}

// CheckListen refuses an address that this server must not listen on; see
// [CheckListen].
func (s *Server) CheckListen(ctx context.Context, addr string) error {
	ask, err := s.asks(ctx)
	if err != nil {
		return err
	}
	return CheckListen(addr, ask)
}

// isLoopback says whether a host is this machine for sure: a loopback number,
// or the name that RFC 6761 reserves for it.
func isLoopback(host string) bool {
	if strings.EqualFold(strings.TrimSuffix(host, "."), "localhost") {
		return true
	}
	if i := strings.IndexByte(host, '%'); i >= 0 { // zone of an IPv6 address
		host = host[:i]
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// loopbackHost says whether a Host header names this machine: a page that a
// browser was tricked to by DNS names another.
func loopbackHost(header string) bool {
	host, _, err := net.SplitHostPort(header)
	if err != nil {
		host = strings.Trim(header, "[]")
	}
	return isLoopback(host)
}
