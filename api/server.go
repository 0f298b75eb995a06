package api

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	"github.com/apache/arrow-go/v18/arrow/flight"
	"go.opentelemetry.io/otel/attribute"
	otelcodes "go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/reflection"
	"google.golang.org/grpc/test/bufconn"

	"planwright"
	planwrightv1 "planwright/api/planwright/v1"
	"planwright/snapshot"
)

// Config is what a server is made of. Workspace is required; everything else
// has a useful zero value.
type Config struct {
	Workspace *snapshot.Workspace
	Version   string // shown at /; "": that of the engine

	// Keys are API keys beside those of the workspace. Without any key none is
	// asked for, which Serve allows on a loopback address alone.
	Keys *Keys
	// ReadOnly refuses what changes the workspace, and keeps no schedules: for a
	// replica that serves published files of a directory that another one writes.
	ReadOnly bool
	// NoAuth asks for no key although there are some; on a loopback address alone.
	NoAuth bool
	// Approvals say who may approve what; none: whoever may decide.
	Approvals []ApprovalRule
	// CertFile and KeyFile are PEM files for TLS; both empty: cleartext. With a
	// ClientCA, also PEM, callers need a certificate of it.
	CertFile, KeyFile, ClientCA string
	// File is the configuration file with the schedules and notices; nil: none.
	File *File
	// Publish puts a plan where a schedule's target says; needed where the file has
	// such targets.
	Publish func(ctx context.Context, plan, target string) error
	// ImportRoots are directories below which CreateSnapshot may read; none:
	// it may read nothing.
	ImportRoots []string

	Logger *slog.Logger // nil: silent
	// Audit takes the audit log; nil: the Logger.
	Audit *slog.Logger
	// Tracer makes the spans of requests and runs; nil: none. See [StartTraces].
	Tracer trace.TracerProvider
	Limits Limits
	// Workers bounds the threads of a planning run; 0: of the machine.
	Workers int
	// EagerRuns lets planning runs and imports have their share of the processors
	// like any process, where they otherwise run on what others leave.
	EagerRuns bool
}

// Limits bound what one client can make the server do. A zero field takes the
// default.
type Limits struct {
	Body     int64         // bytes of a request; 16 MiB
	Upload   int64         // bytes of all uploads that wait for their import; 4 GiB
	Header   time.Duration // until a request's header is there; 10 s
	Stall    time.Duration // until a client that does not read is dropped; 1 min
	Query    time.Duration // of a Query or a download; 1 min
	Memory   int64         // bytes of a Query or a download; 1 GiB
	Queries  int           // of them at once, others wait; 4
	Spool    int64         // bytes on disk of rows that clients have not taken yet; 4 GiB
	Run      int64         // bytes of a planning run or an import; 0: as the machine has
	Shutdown time.Duration // that requests under way have to end; 10 s
	Rate     float64       // requests a second of one caller; 0: no limit
	Burst    int           // at once beyond the rate; the rate
}

func (l Limits) orDefault() Limits {
	if l.Body <= 0 {
		l.Body = 16 << 20
	}
	if l.Upload <= 0 {
		l.Upload = 4 << 30
	}
	if l.Header <= 0 {
		l.Header = 10 * time.Second
	}
	if l.Stall <= 0 {
		l.Stall = time.Minute
	}
	if l.Query <= 0 {
		l.Query = time.Minute
	}
	if l.Memory <= 0 {
		l.Memory = 1 << 30
	}
	if l.Queries <= 0 {
		l.Queries = 4
	}
	if l.Spool <= 0 {
		l.Spool = 4 << 30
	}
	if l.Shutdown <= 0 {
		l.Shutdown = 10 * time.Second
	}
	return l
}

// openAPI is the document of all services, made from the protos.
//
//go:embed openapi.swagger.json
var openAPI []byte

// Server serves one workspace. It is used for one Serve.
type Server struct {
	ws          *snapshot.Workspace
	dir         string // of the workspace, never shown to clients
	cfg         Config
	limits      Limits
	keys        *Keys
	roots       []string
	log         *slog.Logger
	auditLog    *slog.Logger
	tracer      trace.Tracer // nil: nobody traces
	metrics     *metrics
	ops         *operations
	counts      counts
	positions   positions
	pages       pageCache
	standing    standingPlan
	ground      groundPlan
	keyring     storedKeys
	mail        chan struct{} // wakes the sender of notices
	rates       rates
	slots       chan struct{} // one for each query at work
	backtesting sync.Mutex    // one backtest of a snapshot at a time
	spools      spools
	uploads     uploadRoom
	newest      newestFiles

	grpc    *grpc.Server
	health  *health.Server
	loop    *bufconn.Listener // from the gateway to grpc
	closing chan struct{}     // closed when the server shuts down
	served  atomic.Bool
	life    context.Context // of Serve, for what belongs to no request
}

// New makes a server. Nothing is listened on before [Server.Serve].
func New(cfg Config) (*Server, error) {
	if cfg.Workspace == nil {
		return nil, &planwright.Error{Code: planwright.CodeInternal, Op: "serve", What: "no workspace is given"}
	}
	if (cfg.CertFile == "") != (cfg.KeyFile == "") || cfg.ClientCA != "" && cfg.CertFile == "" {
		return nil, &planwright.Error{Code: planwright.CodeUsage, Op: "serve", Subject: "TLS", What: "a certificate and a key belong together", Fix: "give both files, or none", Args: []string{"detail", "TLS: a certificate without a key, or a key without one"}}
	}
	if cfg.File != nil && cfg.Publish == nil {
		for _, c := range cfg.File.schedules {
			if len(c.publish) > 0 {
				return nil, &planwright.Error{Code: planwright.CodeInternal, Op: "serve", Subject: "schedule " + c.name, What: "it publishes, and no way to is given"}
			}
		}
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Audit == nil {
		cfg.Audit = cfg.Logger
	}
	if cfg.Version == "" {
		cfg.Version = planwright.Version
	}
	roots, err := resolveRoots(cfg.ImportRoots)
	if err != nil {
		return nil, err
	}
	s := &Server{ws: cfg.Workspace, dir: cfg.Workspace.Dir(), cfg: cfg, limits: cfg.Limits.orDefault(), keys: cfg.Keys, roots: roots, log: cfg.Logger, auditLog: cfg.Audit, tracer: tracerOf(cfg.Tracer, cfg.Version),
		metrics: newMetrics(cfg.Workspace), health: health.NewServer(), loop: bufconn.Listen(1 << 20), closing: make(chan struct{})}
	s.ops = &operations{server: s}
	s.slots = make(chan struct{}, s.limits.Queries)
	s.spools.most = s.limits.Spool
	if !cfg.ReadOnly {
		s.spools.dir = s.dir
	}
	s.mail = make(chan struct{}, 1)
	s.grpc = grpc.NewServer(grpc.UnaryInterceptor(s.unary), grpc.StreamInterceptor(s.stream), grpc.MaxRecvMsgSize(int(s.limits.Body)))
	planwrightv1.RegisterSnapshotServiceServer(s.grpc, &snapshotService{s: s})
	planwrightv1.RegisterPlanServiceServer(s.grpc, &planService{s: s})
	planwrightv1.RegisterForecastServiceServer(s.grpc, &forecastService{s: s})
	planwrightv1.RegisterReplenishmentServiceServer(s.grpc, &replenishmentService{s: s})
	planwrightv1.RegisterAnalyticsServiceServer(s.grpc, &analyticsService{s: s})
	planwrightv1.RegisterAdminServiceServer(s.grpc, &adminService{s: s})
	longrunningpb.RegisterOperationsServer(s.grpc, s.ops)
	flight.RegisterFlightServiceServer(s.grpc, newFlight(s))
	grpc_health_v1.RegisterHealthServer(s.grpc, s.health)
	reflection.Register(s.grpc)
	for name := range s.grpc.GetServiceInfo() {
		s.health.SetServingStatus(name, grpc_health_v1.HealthCheckResponse_SERVING)
	}
	return s, nil
}

// Serve serves on a listener, which it closes, until ctx ends. Then running
// operations are cancelled and requests under way have [Limits.Shutdown] to
// end. It returns nil after such an end. A listener beyond loopback without
// keys is refused (see [CheckListen]).
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	if s.served.Swap(true) {
		return errors.Join(errors.New("api: a server is used for one Serve"), l.Close())
	}
	if err := s.CheckListen(context.WithoutCancel(ctx), l.Addr().String()); err != nil {
		return errors.Join(err, l.Close(), s.loop.Close())
	}
	conn, err := grpc.NewClient("passthrough:///loop", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return s.loop.DialContext(ctx) }),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(1<<31-1), grpc.MaxCallSendMsgSize(1<<31-1)), grpc.WithDisableServiceConfig())
	if err != nil {
		return errors.Join(err, l.Close(), s.loop.Close())
	}
	rest, err := s.newGateway(ctx, conn)
	if err != nil {
		return errors.Join(err, conn.Close(), l.Close(), s.loop.Close())
	}
	base, stop := context.WithCancel(context.WithoutCancel(ctx)) // of every HTTP request
	defer stop()
	s.life = base
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(s.cfg.CertFile == "")
	protocols.SetHTTP2(s.cfg.CertFile != "")
	web := &http.Server{
		Handler: s.handler(rest), Protocols: &protocols, BaseContext: func(net.Listener) context.Context { return base },
		DisableGeneralOptionsHandler: true, ReadHeaderTimeout: s.limits.Header, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		HTTP2:    &http.HTTP2Config{MaxConcurrentStreams: 250, SendPingTimeout: 30 * time.Second, WriteByteTimeout: s.limits.Stall},
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	}
	if s.cfg.CertFile != "" {
		if web.TLSConfig, err = tlsConfig(s.cfg.CertFile, s.cfg.KeyFile, s.cfg.ClientCA); err != nil {
			return errors.Join(err, conn.Close(), l.Close(), s.loop.Close())
		}
	}
	ended := make(chan error, 2)
	go func() { ended <- ignoreClosed(s.grpc.Serve(s.loop)) }()
	go func() {
		if s.cfg.CertFile != "" {
			ended <- ignoreClosed(web.ServeTLS(l, "", ""))
			return
		}
		ended <- ignoreClosed(web.Serve(problemListener{l, s}))
	}()
	s.log.InfoContext(ctx, "serving", "address", l.Addr().String(), "tls", s.cfg.CertFile != "", "keys", s.keys.Len(), "version", s.cfg.Version)
	duties, release := context.WithCancel(context.WithoutCancel(ctx))
	defer release()
	var onDuty sync.WaitGroup
	if f := s.cfg.File; f != nil && !s.cfg.ReadOnly {
		for i := range f.schedules {
			onDuty.Go(func() { s.keep(duties, &f.schedules[i]) })
		}
		if f.Events.FoldEvery > 0 {
			onDuty.Go(func() { s.keepFolding(duties, f.Events.FoldEvery) })
		}
		if len(f.channels) > 0 {
			onDuty.Go(func() { s.deliver(duties) })
		}
	}
	left := 2
	var failed error
	select {
	case <-ctx.Done():
	case failed = <-ended:
		left--
	}
	s.health.Shutdown()
	close(s.closing) // ends watchers and waiters
	release()        // first: what is cancelled by the next line is no failure
	s.ops.shutDown()
	onDuty.Wait()
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.limits.Shutdown)
	defer cancel()
	if err := web.Shutdown(grace); err != nil {
		stop() // what is still at work ends now
		failed = errors.Join(failed, web.Close())
	}
	failed = errors.Join(failed, conn.Close())
	s.grpc.Stop()
	for ; left > 0; left-- {
		failed = errors.Join(failed, <-ended)
	}
	s.log.InfoContext(ctx, "stopped", "error", failed)
	return failed
}

// ignoreClosed drops the errors that say that serving was ended on purpose.
func ignoreClosed(err error) error {
	if errors.Is(err, http.ErrServerClosed) || errors.Is(err, grpc.ErrServerStopped) || errors.Is(err, net.ErrClosed) || err != nil && err.Error() == "closed" {
		return nil
	}
	return err
}

// handler is the one handler of the one port.
func (s *Server) handler(rest http.Handler) http.Handler {
	guard := http.NewCrossOriginProtection()
	metricsPage := s.metrics.handler()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if ask, err := s.asks(r.Context()); err == nil && !ask && !loopbackHost(r.Host) {
			// A page that a browser was led to by DNS: not one of ours.
			refused := refuse(codes.PermissionDenied, "the host %s is not known here", clip(r.Host))
			s.auditLine(r.Context(), call{requestID: requestIDFrom(nil), peer: r.RemoteAddr, gateway: true}, "refused", r.Method+" "+clip(r.URL.Path), s.toStatus(refused, 0, ""))
			s.writeProblem(w, r, refused, http.StatusMisdirectedRequest)
			return
		}
		if r.ProtoMajor == 2 && strings.HasPrefix(r.Header.Get("Content-Type"), "application/grpc") {
			s.grpc.ServeHTTP(&patientWriter{ResponseWriter: w, control: http.NewResponseController(w), stall: s.limits.Stall}, r)
			return
		}
		s.web(w, r, guard, rest, metricsPage)
	})
}

// web serves everything but gRPC.
func (s *Server) web(out http.ResponseWriter, r *http.Request, guard *http.CrossOriginProtection, rest, metricsPage http.Handler) {
	start := time.Now()
	c := call{requestID: requestIDFrom(r.Header.Values(requestIDHeader)), language: languageOf(r.Header.Get("Accept-Language")), peer: r.RemoteAddr, gateway: true}
	r, sp := s.traceWeb(r, c.requestID)
	w := &recorder{ResponseWriter: out, control: http.NewResponseController(out), stall: s.limits.Stall}
	var err error
	path := r.URL.Path
	probe := path == "/healthz" || path == "/readyz"
	behind := false // the service behind the gateway answers, and writes the audit log
	if !probe {
		if c.who, err = s.authenticate(r.Context(), r.Header.Values("Authorization"), r.Header.Values("X-Api-Key")); err == nil {
			c.caller = c.who.Name
			err = s.allow(c.caller, start)
		}
	}
	r.Header.Set(requestIDHeader, c.requestID)
	r.Header.Set(peerHeader, c.peer)
	r = r.WithContext(context.WithValue(r.Context(), callKey{}, c))
	s.secure(w.Header())
	w.Header().Set("X-Request-Id", c.requestID)
	defer func() {
		p := recover()
		broken := p == http.ErrAbortHandler // a download that broke off: the connection must too
		if p != nil && !broken {
			perr := s.caught(r.Context(), path, p)
			if broken = w.status != 0; !broken {
				s.writeProblem(w, r, perr, 0)
			}
		}
		if w.status == 0 && !broken { // a stream without a message: net/http answers for it
			w.status = http.StatusOK
		}
		level := slog.LevelInfo
		if probe {
			level = slog.LevelDebug
		}
		if w.refusal != nil && !behind && audited(w.refusal) {
			s.auditLine(r.Context(), c, "refused", r.Method+" "+clip(path), w.refusal)
		}
		took := time.Since(start)
		s.metrics.answered("rest", strconv.Itoa(w.status), took)
		if sp.IsRecording() {
			sp.SetAttributes(attribute.Int("http.response.status_code", w.status))
			if w.status >= 500 {
				sp.SetStatus(otelcodes.Error, http.StatusText(w.status))
			}
			sp.End()
		}
		s.log.LogAttrs(r.Context(), level, "request", slog.String("request_id", c.requestID), slog.String("protocol", "rest"), slog.String("method", r.Method), slog.String("path", path),
			slog.Int("status", w.status), slog.Int64("bytes", w.bytes), slog.Float64("seconds", took.Seconds()), slog.String("caller", c.caller), slog.String("peer", r.RemoteAddr), traceAttr(r.Context()))
		if broken {
			panic(http.ErrAbortHandler)
		}
	}()
	if err != nil {
		if s.limits.Rate > 0 && c.who != nil {
			w.Header().Set("Retry-After", "1")
		}
		s.writeProblem(w, r, err, 0)
		return
	}
	if err := guard.Check(r); err != nil {
		s.writeProblem(w, r, refuse(codes.PermissionDenied, "a request from another site"), 0)
		return
	}
	if !plainURL(r.URL) {
		s.writeProblem(w, r, refuse(codes.InvalidArgument, "the address is not UTF-8"), 0)
		return
	}
	if coding := r.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		// Nothing is unpacked, so that nothing small becomes large.
		s.writeProblem(w, r, refuse(codes.InvalidArgument, "a body that is encoded as %s is not taken", clip(coding)), http.StatusUnsupportedMediaType)
		return
	}
	if isUploadPath(path) {
		s.takeUpload(w, r, c.who)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, s.limits.Body)
	switch {
	case probe:
		s.probe(w, r)
	case path == "/metrics":
		if s.reads(w, r) {
			metricsPage.ServeHTTP(w, r)
		}
	case path == "/openapi.json":
		w.Header().Set("Content-Type", "application/json")
		s.write(w, r, openAPI)
	case path == "/openapi-3.1.json":
		text, err := openAPI31()
		if err != nil {
			s.writeProblem(w, r, err, 0)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		s.write(w, r, text)
	case path == "/openapi":
		s.readOpenAPI(w, r)
	case strings.HasPrefix(path, profilePrefix):
		s.profile(w, r, c)
	case path == "/":
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		s.write(w, r, fmt.Appendf(nil, "Planwright %s\n\n/openapi       what /v1 offers, to read\n/openapi.json  the same for machines (/openapi-3.1.json)\n/healthz       alive\n/readyz        ready\n/metrics       for Prometheus\n", s.cfg.Version))
	case isTablePath(path):
		if err := c.wholeCompany(); err != nil {
			s.writeProblem(w, r, err, 0)
			return
		}
		s.downloadTable(w, r)
	case isFilePath(path):
		if err := c.wholeCompany(); err != nil {
			s.writeProblem(w, r, err, 0)
			return
		}
		s.downloadFile(w, r)
	case path == backupPath:
		s.sendBackup(w, r, c)
	case isODataPath(path):
		s.odata(w, r)
	case isSQLPath(path):
		if err := c.wholeCompany(); err != nil {
			s.writeProblem(w, r, err, 0)
			return
		}
		s.downloadSQL(w, r)
	default:
		if err := holdBody(r); err != nil {
			var large *http.MaxBytesError
			if errors.As(err, &large) {
				s.writeProblem(w, r, refuse(codes.ResourceExhausted, "the request is larger than %d bytes", large.Limit), http.StatusRequestEntityTooLarge)
				return
			}
			s.writeProblem(w, r, refuse(codes.InvalidArgument, "the request could not be read to its end"), 0)
			return
		}
		behind = true
		if err := takeFields(r); err != nil {
			s.writeProblem(w, r, err, 0)
			return
		}
		rest.ServeHTTP(w, r)
	}
}

// plainURL says whether path and query are text: the services within take nothing
// else.
func plainURL(u *url.URL) bool {
	if !utf8.ValidString(u.Path) {
		return false
	}
	if !strings.Contains(u.RawQuery, "%") {
		return utf8.ValidString(u.RawQuery)
	}
	query, err := url.QueryUnescape(u.RawQuery)
	return err != nil || utf8.ValidString(query) // what cannot be unescaped is refused by who reads it
}

// secure sets the headers that keep browsers from doing more with an answer
// than showing it.
func (s *Server) secure(h http.Header) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	if s.cfg.CertFile != "" {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// write answers a GET with a body.
func (s *Server) write(w http.ResponseWriter, r *http.Request, body []byte) {
	if s.reads(w, r) {
		_, _ = w.Write(body) // a client that left misses nothing
	}
}

// reads refuses what is no GET or HEAD.
func (s *Server) reads(w http.ResponseWriter, r *http.Request) bool {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return true
	}
	w.Header().Set("Allow", "GET, HEAD")
	w.Header().Del("Content-Type")
	s.writeProblem(w, r, refuse(codes.Unimplemented, "%s has no method %s", clip(r.URL.Path), clip(r.Method)), http.StatusMethodNotAllowed)
	return false
}

// probe answers /healthz (the process serves) and /readyz (it can read its
// workspace and is not shutting down).
func (s *Server) probe(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/readyz" {
		select {
		case <-s.closing:
			s.writeProblem(w, r, refuse(codes.Unavailable, "the server is shutting down"), 0)
			return
		default:
		}
		if _, err := s.ws.ListPlans(); err != nil {
			s.log.ErrorContext(r.Context(), "workspace not readable", "error", err)
			s.writeProblem(w, r, refuse(codes.Unavailable, "the workspace cannot be read"), 0)
			return
		}
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	text := "ok\n"
	if r.URL.Path == "/readyz" {
		for _, name := range s.damaged(r.Context()) {
			text += "damaged: " + name + "\n"
		}
	}
	s.write(w, r, []byte(text))
}
