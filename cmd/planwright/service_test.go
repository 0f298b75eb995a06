package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"planwright/cmd/planwright/sample"
)

// service is `planwright serve` in a process of its own.
type service struct {
	addr  string
	cmd   *exec.Cmd
	ready time.Duration // from the start until it was ready
}

// freeAddress is an address of loopback that nobody listens on.
func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return addr
}

// startService serves a workspace and waits until it is ready. It is killed at
// the end of the test, if not before.
func startService(t testing.TB, data, addr string, args ...string) *service {
	t.Helper()
	s := &service{addr: addr, cmd: exec.Command(os.Args[0], append([]string{"--data", data, "serve", "--listen", addr}, args...)...)}
	s.cmd.Env = append(os.Environ(), "PLANWRIGHT_TEST_MAIN=1")
	if _, measured := t.(*testing.B); !measured {
		// What a service runs behind all others would starve beside other tests.
		config := filepath.Join(t.TempDir(), "config.yaml")
		if err := os.WriteFile(config, []byte("run_priority: normal\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		s.cmd.Env = append(s.cmd.Env, "PLANWRIGHT_CONFIG="+config)
	}
	began := time.Now()
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.kill)
	for {
		resp, err := http.Get("http://" + addr + "/readyz")
		if err == nil {
			_, err = io.Copy(io.Discard, resp.Body)
			if err = errors.Join(err, resp.Body.Close()); err == nil && resp.StatusCode == http.StatusOK {
				break
			}
		}
		if time.Since(began) > time.Minute {
			t.Fatalf("the service is not ready after a minute: %v", err)
		}
		time.Sleep(5 * time.Millisecond)
	}
	s.ready = time.Since(began)
	return s
}

// call asks the service by REST; status 0 is no answer.
func (s *service) call(method, path string, body any) (status int, text []byte) {
	b, err := json.Marshal(body)
	if err != nil {
		return 0, []byte(err.Error())
	}
	req, err := http.NewRequest(method, "http://"+s.addr+path, bytes.NewReader(b))
	if err != nil {
		return 0, []byte(err.Error())
	}
	resp, err := serviceClient.Do(req)
	if err != nil {
		return 0, []byte(err.Error())
	}
	text, err = io.ReadAll(resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		return 0, []byte(err.Error())
	}
	return resp.StatusCode, text
}

// serviceClient is for requests that are answered soon.
var serviceClient = &http.Client{Timeout: time.Minute}

// operation starts an operation and waits for its end, or for that of ctx, which
// cancels it. It returns what the operation says at last.
func (s *service) operation(ctx context.Context, path string, body any) (done []byte, err error) {
	status, text := s.call("POST", path, body)
	for cancelled := false; ; {
		var op struct {
			Name string
			Done bool
		}
		if err := json.Unmarshal(text, &op); err != nil || status != http.StatusOK {
			return nil, fmt.Errorf("%s: %d %s", path, status, text)
		}
		if op.Done {
			return text, nil
		}
		if ctx.Err() != nil && !cancelled {
			s.call("POST", "/v1/"+op.Name+":cancel", struct{}{})
			cancelled = true
		}
		status, text = s.call("POST", "/v1/"+op.Name+":wait", map[string]string{"timeout": "0.2s"})
	}
}

// kill ends the process at once.
func (s *service) kill() {
	_ = s.cmd.Process.Kill() // it may have ended
	_ = s.cmd.Wait()         // so it says
}

// usage is what the process holds: memory in bytes, and open files.
func (s *service) usage(t testing.TB) (rss int64, files int) {
	t.Helper()
	dir := filepath.Join("/proc", strconv.Itoa(s.cmd.Process.Pid))
	status, err := os.ReadFile(filepath.Join(dir, "status"))
	if err != nil {
		t.Skip("this system has no /proc to measure a process with")
	}
	for line := range strings.Lines(string(status)) {
		if kb, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			n, err := strconv.ParseInt(strings.Fields(kb)[0], 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			rss = n << 10
		}
	}
	fds, err := os.ReadDir(filepath.Join(dir, "fd"))
	if err != nil {
		t.Fatal(err)
	}
	return rss, len(fds)
}

// gauge reads a number of the service's metrics.
func (s *service) gauge(t testing.TB, name string) float64 {
	t.Helper()
	resp, err := http.Get("http://" + s.addr + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if v, ok := strings.CutPrefix(line, name+" "); ok {
			f, err := strconv.ParseFloat(strings.TrimSpace(v), 64)
			if err != nil {
				t.Fatal(err)
			}
			return f
		}
	}
	t.Fatalf("the metrics have no %s", name)
	return 0
}

// sampleWorkspace is the workspace that PLANWRIGHT_BENCH_DATA names, or a new
// one with a small sample company and its plan. files are those of the company,
// "" where the workspace is a given one.
func sampleWorkspace(t testing.TB) (data, files string) {
	t.Helper()
	if dir := os.Getenv("PLANWRIGHT_BENCH_DATA"); dir != "" {
		return dir, ""
	}
	files, data = t.TempDir(), t.TempDir()
	if _, err := sample.Write(context.Background(), sample.Options{Items: sample.MinItems, Dir: files}, nil); err != nil {
		t.Fatal(err)
	}
	must(t, "--data", data, "import", files, "--as-of", "2026-06-30")
	must(t, "--data", data, "run", "--method", "ses")
	return data, files
}

// secondsOf reads a number of seconds from the environment.
func secondsOf(t testing.TB, name string, usual time.Duration) time.Duration {
	t.Helper()
	s := os.Getenv(name)
	if s == "" {
		return usual
	}
	n, err := strconv.Atoi(s)
	if err != nil || n <= 0 {
		t.Fatalf("%s=%s: give a number of seconds", name, s)
	}
	return time.Duration(n) * time.Second
}
