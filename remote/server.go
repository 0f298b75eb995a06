// Package remote is a workspace from afar: what a running server has published is
// read from copies of its files, held against their sums, and everything that
// changes something goes through the generated client of its API.
package remote

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"

	"planwright"
	planwrightv1 "planwright/api/planwright/v1"
	"planwright/lang"
	"planwright/snapshot"
)

// Options say which server, and as whom.
type Options struct {
	// Server is HOST:PORT, or that behind http://, https://, grpc:// or grpcs://.
	// Without a scheme it is TLS, but on loopback.
	Server string
	Key    string // API key or token; "": none
	CA     string // PEM file of the authority of the server's certificate; "": those of the system
	// ClientCert is a PEM file with a certificate and its key, for servers that ask
	// for one; "": none.
	ClientCert string
	Cache      string // directory for copies of published files; "": that of the user
	Language   lang.Language
	Progress   func(stage string, done, total int64) // of uploads, downloads and operations
}

// Server is a server that is asked. Its methods may be called from one goroutine
// at a time.
type Server struct {
	o    Options
	base string // http://host:port
	conn *grpc.ClientConn
	http *http.Client
	ws   *snapshot.Workspace // the copy that is open; nil: none

	snapshots planwrightv1.SnapshotServiceClient
	plans     planwrightv1.PlanServiceClient
	forecasts planwrightv1.ForecastServiceClient
	supply    planwrightv1.ReplenishmentServiceClient
	admin     planwrightv1.AdminServiceClient
	ops       longrunningpb.OperationsClient
}

func usage(format string, args ...any) error {
	what := fmt.Sprintf(format, args...)
	return &planwright.Error{Code: planwright.CodeUsage, Op: "server", What: what, Args: []string{"detail", what}}
}

// address takes the address of a server apart.
func address(s string) (host string, secure bool, err error) {
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok {
		scheme, rest = "", s
	}
	rest = strings.TrimSuffix(rest, "/")
	u, perr := url.Parse("x://" + rest)
	if perr != nil || u.Hostname() == "" || u.Path != "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", false, usage("--server %s: give HOST:PORT, http://HOST:PORT, https://HOST:PORT or grpcs://HOST:PORT", s)
	}
	switch scheme {
	case "http", "grpc":
	case "https", "grpcs":
		secure = true
	case "":
		secure = !loopback(u.Hostname())
	default:
		return "", false, usage("--server %s: the scheme is http, https, grpc or grpcs", s)
	}
	port := u.Port()
	if port == "" {
		if port = "8080"; secure {
			port = "443"
		}
	}
	return net.JoinHostPort(u.Hostname(), port), secure, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Dial makes a client of a server; nothing is sent yet.
func Dial(o Options) (*Server, error) {
	host, secure, err := address(o.Server)
	if err != nil {
		return nil, err
	}
	s := &Server{o: o, base: "http://" + host}
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, ResponseHeaderTimeout: time.Minute, TLSHandshakeTimeout: 10 * time.Second, DialContext: (&net.Dialer{Timeout: 10 * time.Second}).DialContext}
	creds := insecure.NewCredentials()
	if secure {
		config, err := o.tls()
		if err != nil {
			return nil, err
		}
		s.base, transport.TLSClientConfig, transport.ForceAttemptHTTP2 = "https://"+host, config, true
		creds = credentials.NewTLS(config.Clone())
	} else if o.CA != "" || o.ClientCert != "" {
		return nil, usage("--server %s is not encrypted: --ca and --client-cert are for https://", o.Server)
	}
	s.http = &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }} // a key goes to this server alone
	s.conn, err = grpc.NewClient("dns:///"+host, grpc.WithTransportCredentials(creds), grpc.WithDefaultServiceConfig(retries), grpc.WithUserAgent("planwright/"+planwright.Version),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(64<<20)), grpc.WithUnaryInterceptor(s.unary), grpc.WithStreamInterceptor(s.stream))
	if err != nil {
		return nil, usage("--server %s: %v", o.Server, err)
	}
	s.snapshots, s.plans, s.forecasts = planwrightv1.NewSnapshotServiceClient(s.conn), planwrightv1.NewPlanServiceClient(s.conn), planwrightv1.NewForecastServiceClient(s.conn)
	s.supply, s.admin, s.ops = planwrightv1.NewReplenishmentServiceClient(s.conn), planwrightv1.NewAdminServiceClient(s.conn), longrunningpb.NewOperationsClient(s.conn)
	return s, nil
}

// Encrypted says whether what is sent cannot be read on the way, or does not leave
// this machine.
func (s *Server) Encrypted() bool {
	u, err := url.Parse(s.base)
	return err == nil && (u.Scheme == "https" || loopback(u.Hostname()))
}

func (o *Options) tls() (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if o.CA != "" {
		pem, err := os.ReadFile(o.CA)
		if err != nil {
			return nil, usage("--ca %s: %v", o.CA, err)
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, usage("--ca %s: there is no PEM certificate in it", o.CA)
		}
	}
	if o.ClientCert != "" {
		cert, err := tls.LoadX509KeyPair(o.ClientCert, o.ClientCert)
		if err != nil {
			return nil, usage("--client-cert %s: %v", o.ClientCert, err)
		}
		c.Certificates = []tls.Certificate{cert}
	}
	return c, nil
}

// Close ends the connections.
func (s *Server) Close() error {
	if s.ws != nil {
		_ = s.ws.Close() // a copy, only read
	}
	s.http.CloseIdleConnections()
	return s.conn.Close()
}

// Name is how messages call the server.
func (s *Server) Name() string { return s.base }

// callTime bounds a call that is no operation, stream or transfer.
const callTime = 2 * time.Minute

// headers are what every call carries.
func (s *Server) headers() []string {
	h := []string{"accept-language", "en"}
	if s.o.Language == lang.Chinese {
		h[1] = "zh-CN"
	}
	if s.o.Key != "" {
		h = append(h, "authorization", "Bearer "+s.o.Key)
	}
	return h
}

func (s *Server) unary(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	return s.fault(ctx, invoke(metadata.AppendToOutgoingContext(ctx, s.headers()...), method, req, reply, cc, opts...))
}

func (s *Server) stream(ctx context.Context, desc *grpc.StreamDesc, cc *grpc.ClientConn, method string, open grpc.Streamer, opts ...grpc.CallOption) (grpc.ClientStream, error) {
	cs, err := open(metadata.AppendToOutgoingContext(ctx, s.headers()...), desc, cc, method, opts...)
	return cs, s.fault(ctx, err)
}

// Open brings the copy of the server's workspace up to date and opens it for
// reading. It is closed with the server, and replaced by the next Open.
func (s *Server) Open(ctx context.Context) (*snapshot.Workspace, error) {
	dir := s.o.Cache
	if dir == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			return nil, usage("there is no directory for copies of the server's files (%v): set PLANWRIGHT_CACHE", err)
		}
		dir = filepath.Join(user, "planwright")
	}
	// One copy for a server and a key: what one key may see is not for another.
	sum := sha256.Sum256([]byte(s.base + "\x00" + s.o.Key))
	_, host, _ := strings.Cut(s.base, "://")
	name := strings.NewReplacer(":", "_", "[", "", "]", "").Replace(host) + "-" + hex.EncodeToString(sum[:8])
	ws, err := snapshot.OpenMirror(ctx, filepath.Join(dir, name), s)
	if err != nil {
		return nil, err
	}
	if s.ws != nil {
		_ = s.ws.Close() // a copy, only read
	}
	s.ws = ws
	return ws, nil
}
