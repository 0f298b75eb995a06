package api

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"planwright/snapshot"
)

// webhook posts a notice as JSON, signed: X-Planwright-Signature is
// t=<Unix seconds>,v1=<hex of HMAC-SHA256 over t, a dot and the body>. The id of
// the notice stays the same over all attempts, so that a receiver can drop
// repetitions.
type webhook struct{ url, secret string }

// signature signs a body sent at a moment.
func (h webhook) signature(at time.Time, body []byte) string {
	t := strconv.FormatInt(at.Unix(), 10)
	m := hmac.New(sha256.New, []byte(h.secret))
	m.Write([]byte(t + "."))
	m.Write(body)
	return "t=" + t + ",v1=" + hex.EncodeToString(m.Sum(nil))
}

func (h webhook) send(ctx context.Context, client *http.Client, n snapshot.Notice) error {
	body, err := json.Marshal(map[string]string{"id": n.ID, "subject": n.Subject, "title": n.Title, "text": n.Body, "created_at": n.Created.UTC().Format(time.RFC3339)})
	if err != nil {
		return err
	}
	_, err = post(ctx, client, h.url, body, "X-Planwright-Signature", h.signature(time.Now(), body), "X-Planwright-Delivery", n.ID)
	return err
}

// maxReply bounds what is read of an answer.
const maxReply = 64 << 10

// post sends JSON and returns the answer's body; a status other than 2xx is an
// error. The address, which may hold a token, is not part of it.
func post(ctx context.Context, client *http.Client, url string, body []byte, header ...string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("the address cannot be used")
	}
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, withoutURL(err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxReply))
	if err != nil {
		return nil, err
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return nil, fmt.Errorf("the receiver answers %s", resp.Status)
	}
	return answer, nil
}
