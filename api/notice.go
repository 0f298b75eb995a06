package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"planwright/lang"
	"planwright/snapshot"
)

// channel is one way to tell people about runs.
type channel struct {
	name          string
	failuresOnly  bool
	schedulesOnly bool
	top           int
	send          func(ctx context.Context, client *http.Client, n snapshot.Notice) error
}

// Attempts to send a notice: the pauses between them, after the last of which
// it is dead, and how long one may take.
var noticePauses = []time.Duration{time.Second, 5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, time.Hour}

const noticePatience = 20 * time.Second

// noticeTop is how many suggestions a digest shows where nothing is said.
const noticeTop = 10

// channel checks a channel of the configuration.
func (f *File) channel(c *FileNotice) (channel, error) {
	ch := channel{name: c.Name, failuresOnly: c.Failures, schedulesOnly: c.Schedules, top: c.Top}
	if !plainID(c.Name) {
		return ch, fmt.Errorf("name: %q is not of letters, digits, - and _", c.Name)
	}
	if c.Top < 0 || c.Top > 100 {
		return ch, fmt.Errorf("top: %d is not 0 to 100", c.Top)
	}
	if ch.top == 0 {
		ch.top = noticeTop
	}
	secret, err := f.secret("secret", c.Secret)
	if err != nil {
		return ch, err
	}
	if c.Kind != "email" {
		u, err := url.Parse(c.URL)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			return ch, fmt.Errorf("url: %q is no address", c.URL)
		}
		if c.Server != "" || c.User != "" || c.From != "" || len(c.To) > 0 {
			return ch, errors.New("server, user, from, to: are of the kind email")
		}
	}
	switch c.Kind {
	case "webhook":
		if secret == "" {
			return ch, errors.New("secret: is missing: receivers could not tell our messages from others'")
		}
		ch.send = webhook{url: c.URL, secret: secret}.send
	case "dingtalk":
		ch.send = dingtalk{url: c.URL, secret: secret}.send
	case "wecom":
		ch.send = wecom{url: c.URL}.send
	case "email":
		if c.Server == "" || c.From == "" || len(c.To) == 0 {
			return ch, errors.New("server, from, to: are needed for e-mail")
		}
		m := mailbox{server: c.Server, user: c.User, password: secret, from: c.From, to: c.To}
		if err := m.check(); err != nil {
			return ch, err
		}
		ch.send = m.send
	default:
		return ch, fmt.Errorf("kind: %q is not webhook, dingtalk, wecom or email", c.Kind)
	}
	return ch, nil
}

// notify journals a notice for every channel that wants it. One subject goes out
// once on each channel, whatever restarts.
func (s *Server) notify(ctx context.Context, wants func(*channel) bool, subject string, write func(c *channel) (title, body string, err error)) {
	if s.cfg.File == nil {
		return
	}
	for i := range s.cfg.File.channels {
		c := &s.cfg.File.channels[i]
		if !wants(c) {
			continue
		}
		title, body, err := write(c)
		if err == nil {
			now := time.Now().UTC()
			_, err = s.ws.PutNotice(ctx, snapshot.Notice{ID: "n" + randomID(), Channel: c.name, Subject: subject, Title: title, Body: body, State: snapshot.NoticePending, Next: now, Created: now})
		}
		if err != nil {
			s.log.ErrorContext(ctx, "notice is not in the journal", "channel", c.name, "subject", subject, "error", err)
		}
	}
	select {
	case s.mail <- struct{}{}: // wakes the sender
	default:
	}
}

// noticePlan tells about a plan: one digest, the top of the worklist, and where
// the rest is. asked says that no schedule made it.
func (s *Server) noticePlan(ctx context.Context, plan string, asked bool) {
	s.notify(ctx, func(c *channel) bool { return !c.failuresOnly && !(asked && c.schedulesOnly) }, "plan/"+plan, func(c *channel) (string, string, error) { return s.digest(ctx, plan, c.top) })
}

// noticeFailure tells that a schedule failed.
func (s *Server) noticeFailure(ctx context.Context, c *schedule, due time.Time, err error) {
	l := s.language()
	at := due.In(c.zone).Format("2006-01-02 15:04 MST")
	s.notify(ctx, func(*channel) bool { return true }, "failure/"+c.name+"/"+due.UTC().Format(time.RFC3339), func(*channel) (string, string, error) {
		return lang.Text(l, "notice.failed.title", "schedule", c.name), lang.Text(l, "notice.failed.body", "schedule", c.name, "due", at, "error", s.told(err)), nil
	})
}

// digest writes the digest of a plan, in Markdown that robots understand.
func (s *Server) digest(ctx context.Context, plan string, top int) (title, body string, err error) {
	l := s.language()
	reason := "s.reason"
	if l == lang.Chinese {
		reason = "s.reason_zh"
	}
	var b strings.Builder
	rows, err := s.ws.SelectDecided(ctx, plan, "SELECT urgency, count(*), sum(value) FROM "+snapshot.LiveSuggestions+" WHERE status = 'open' GROUP BY urgency ORDER BY min(rank)")
	if err != nil {
		return "", "", err
	}
	defer rows.Close()
	for rows.Next() {
		var urgency string
		var n int64
		var value float64
		if err := rows.Scan(&urgency, &n, &value); err != nil {
			return "", "", err
		}
		b.WriteString("- " + lang.Text(l, "notice.sum", "n", strconv.FormatInt(n, 10), "urgency", lang.Text(l, "urgency."+urgency), "money", strconv.FormatFloat(value, 'f', 0, 64)) + "\n")
	}
	if err := rows.Err(); err != nil {
		return "", "", err
	}
	list, err := s.ws.SelectDecided(ctx, plan, "SELECT s.action, s.qty, s.item_id, s.site_id, s.act_by, "+reason+" FROM "+snapshot.LiveSuggestions+" s WHERE s.status = 'open' ORDER BY s.rank LIMIT ?", int64(top))
	if err != nil {
		return "", "", err
	}
	defer list.Close()
	b.WriteString("\n")
	for n := 1; list.Next(); n++ {
		v := make([]string, 6)
		if err := list.Scan(&v[0], &v[1], &v[2], &v[3], &v[4], &v[5]); err != nil {
			return "", "", err
		}
		fmt.Fprintf(&b, "%d. **%s %s %s@%s** %s\n   %s\n", n, lang.Text(l, "action."+v[0]), v[1], v[2], v[3], lang.Text(l, "notice.act", "day", v[4]), v[5])
	}
	if err := list.Err(); err != nil {
		return "", "", err
	}
	if link := s.cfg.File.PublicURL; link != "" {
		b.WriteString("\n" + lang.Text(l, "notice.link", "url", strings.TrimSuffix(link, "/")+"/v1/plans/"+plan+"/suggestions") + "\n")
	}
	return lang.Text(l, "notice.plan.title", "plan", plan), b.String(), nil
}

// deliver sends what is pending until ctx ends.
func (s *Server) deliver(ctx context.Context) {
	client := &http.Client{Timeout: noticePatience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	for {
		wait := time.Minute
		pending, err := s.ws.ListNotices(ctx, snapshot.NoticePending)
		if err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "notices cannot be read", "error", err)
		}
		for _, n := range pending {
			if until := time.Until(n.Next); until > 0 {
				wait = min(wait, until)
				continue
			}
			s.attemptNotice(ctx, client, &n)
			if n.State == snapshot.NoticePending {
				wait = min(wait, max(0, time.Until(n.Next)))
			}
			if ctx.Err() != nil {
				return
			}
		}
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			t.Stop()
			return
		case <-s.mail:
		case <-t.C:
		}
		t.Stop()
	}
}

// attemptNotice sends a notice once and journals what came of it.
func (s *Server) attemptNotice(ctx context.Context, client *http.Client, n *snapshot.Notice) {
	err := errors.New("the configuration has no such channel any more")
	known := false
	for i := range s.cfg.File.channels {
		if c := &s.cfg.File.channels[i]; c.name == n.Channel {
			known = true
			once, cancel := context.WithTimeout(ctx, noticePatience)
			err = c.send(once, client, *n)
			cancel()
		}
	}
	if ctx.Err() != nil {
		return // not its fault
	}
	n.Attempts++
	switch {
	case err == nil:
		n.State, n.Error = snapshot.NoticeDelivered, ""
	case !known || n.Attempts > len(noticePauses):
		n.State, n.Error = snapshot.NoticeDead, err.Error()
		s.log.ErrorContext(ctx, "notice is dead", "notice", n.ID, "channel", n.Channel, "attempts", n.Attempts, "error", err)
	default:
		n.Error, n.Next = err.Error(), time.Now().Add(noticePauses[n.Attempts-1]).UTC()
		s.log.WarnContext(ctx, "notice is not delivered", "notice", n.ID, "channel", n.Channel, "attempts", n.Attempts, "error", err)
	}
	if _, err := s.ws.PutNotice(ctx, *n); err != nil {
		s.log.ErrorContext(ctx, "notice is not in the journal", "notice", n.ID, "error", err)
	}
}
