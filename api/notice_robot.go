package api

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"planwright/snapshot"
)

// Most bytes of a message: what WeCom takes as Markdown, and DingTalk as a body.
const (
	wecomBytes    = 4096
	dingtalkBytes = 18000
)

// dingtalk is a custom robot of a DingTalk group. With a secret its address is
// signed: sign is the Base64 of HMAC-SHA256, keyed with the secret, over the
// time in milliseconds, a line feed and the secret (DingTalk's documentation of
// custom robots, "加签").
type dingtalk struct{ url, secret string }

// address is the robot's address as of a moment.
func (d dingtalk) address(at time.Time) (string, error) {
	if d.secret == "" {
		return d.url, nil
	}
	u, err := url.Parse(d.url)
	if err != nil {
		return "", errors.New("the address cannot be used")
	}
	t := strconv.FormatInt(at.UnixMilli(), 10)
	m := hmac.New(sha256.New, []byte(d.secret))
	m.Write([]byte(t + "\n" + d.secret))
	q := u.Query()
	q.Set("timestamp", t)
	q.Set("sign", base64.StdEncoding.EncodeToString(m.Sum(nil)))
	u.RawQuery = q.Encode()
	return u.String(), nil
}

func (d dingtalk) send(ctx context.Context, client *http.Client, n snapshot.Notice) error {
	address, err := d.address(time.Now())
	if err != nil {
		return err
	}
	body, err := json.Marshal(map[string]any{"msgtype": "markdown", "markdown": map[string]string{"title": n.Title, "text": cutText("#### "+n.Title+"\n\n"+n.Body, dingtalkBytes)}})
	if err != nil {
		return err
	}
	return robot(ctx, client, address, body)
}

// wecom is a robot of a WeCom group; the key in its address is all that it asks
// for.
type wecom struct{ url string }

func (w wecom) send(ctx context.Context, client *http.Client, n snapshot.Notice) error {
	body, err := json.Marshal(map[string]any{"msgtype": "markdown", "markdown": map[string]string{"content": cutText("### "+n.Title+"\n"+n.Body, wecomBytes)}})
	if err != nil {
		return err
	}
	return robot(ctx, client, w.url, body)
}

// robot posts to a robot, which says in the body of a good answer whether it
// took the message.
func robot(ctx context.Context, client *http.Client, address string, body []byte) error {
	b, err := post(ctx, client, address, body)
	if err != nil {
		return err
	}
	var answer struct {
		Code *int   `json:"errcode"`
		Text string `json:"errmsg"`
	}
	if err := json.Unmarshal(b, &answer); err != nil || answer.Code == nil {
		return errors.New("the answer is not that of a robot")
	}
	if *answer.Code != 0 {
		return fmt.Errorf("the robot refuses: %d %s", *answer.Code, answer.Text)
	}
	return nil
}

// cutText cuts a text to so many bytes, at the end of a line where there is one.
func cutText(s string, most int) string {
	if len(s) <= most {
		return s
	}
	const dots = "\n…"
	s = s[:most-len(dots)]
	if i := strings.LastIndexByte(s, '\n'); i > len(s)/2 {
		s = s[:i]
	}
	for len(s) > 0 && !utf8.ValidString(s) {
		s = s[:len(s)-1]
	}
	return s + dots
}

// withoutURL takes the address, which may hold a token, out of an error.
func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
