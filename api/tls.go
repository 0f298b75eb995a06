package api

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"planwright"
)

// liveCertificate is a certificate in files that are read again when they change:
// one that was renewed needs no restart.
type liveCertificate struct {
	cert, key string

	mu    sync.Mutex
	seen  time.Time // when the files were looked at
	stamp string
	now   *tls.Certificate
}

// certificateEvery is how often the files are looked at.
const certificateEvery = time.Second

func (c *liveCertificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.now != nil && time.Since(c.seen) < certificateEvery {
		return c.now, nil
	}
	c.seen = time.Now()
	stamp := ""
	for _, path := range []string{c.cert, c.key} {
		if info, err := os.Stat(path); err == nil {
			stamp += fmt.Sprint(info.ModTime().UnixNano(), info.Size(), " ")
		}
	}
	if c.now != nil && stamp == c.stamp {
		return c.now, nil
	}
	pair, err := tls.LoadX509KeyPair(c.cert, c.key)
	if err != nil {
		if c.now != nil {
			return c.now, nil // half of a renewal is there: the next look finds both
		}
		return nil, err
	}
	c.now, c.stamp = &pair, stamp
	return c.now, nil
}

// tlsConfig reads the files of TLS.
func tlsConfig(certFile, keyFile, clientCA string) (*tls.Config, error) {
	bad := func(path string, err error) error {
		return &planwright.Error{Code: planwright.CodeFileFormat, Op: "serve", Subject: path, What: "TLS cannot be set up with it", Fix: "give PEM files of a certificate and its key", Args: []string{"detail", path + ": " + err.Error()}, Err: err}
	}
	c := &liveCertificate{cert: certFile, key: keyFile}
	if _, err := c.get(nil); err != nil {
		return nil, bad(certFile, err)
	}
	t := &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: c.get, NextProtos: []string{"h2", "http/1.1"}}
	if clientCA != "" {
		pem, err := os.ReadFile(clientCA)
		if err != nil {
			return nil, bad(clientCA, err)
		}
		t.ClientCAs = x509.NewCertPool()
		if !t.ClientCAs.AppendCertsFromPEM(pem) {
			return nil, bad(clientCA, errors.New("there is no certificate in it"))
		}
		t.ClientAuth = tls.RequireAndVerifyClientCert
	}
	return t, nil
}
