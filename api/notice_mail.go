package api

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"

	"github.com/wneessen/go-mail"

	"planwright/snapshot"
)

// mailbox sends notices by SMTP. Port 465 speaks TLS from the first byte, others
// by STARTTLS; a server on this machine may do without.
type mailbox struct {
	server, user, password, from string
	to                           []string
}

// check makes a message without sending it.
func (m mailbox) check() error {
	if _, err := m.client(); err != nil {
		return fmt.Errorf("server: %w", err)
	}
	if _, err := m.message(snapshot.Notice{}); err != nil {
		return fmt.Errorf("from, to: %w", err)
	}
	if m.user != "" && m.password == "" {
		return errors.New("secret: is missing: the password of the user")
	}
	return nil
}

func (m mailbox) client() (*mail.Client, error) {
	host, port, err := net.SplitHostPort(m.server)
	if err != nil {
		return nil, fmt.Errorf("%q is not HOST:PORT", m.server)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		return nil, fmt.Errorf("%q is no port", port)
	}
	opts := []mail.Option{mail.WithPort(n), mail.WithTimeout(noticePatience)}
	switch {
	case n == 465:
		opts = append(opts, mail.WithSSL())
	case isLoopback(host):
		opts = append(opts, mail.WithTLSPolicy(mail.TLSOpportunistic))
	default:
		opts = append(opts, mail.WithTLSPolicy(mail.TLSMandatory))
	}
	if m.user != "" {
		opts = append(opts, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(m.user), mail.WithPassword(m.password))
	}
	return mail.NewClient(host, opts...)
}

func (m mailbox) message(n snapshot.Notice) (*mail.Msg, error) {
	msg := mail.NewMsg()
	if err := msg.From(m.from); err != nil {
		return nil, err
	}
	if err := msg.To(m.to...); err != nil {
		return nil, err
	}
	msg.Subject(n.Title)
	msg.SetBodyString(mail.TypeTextPlain, n.Body)
	return msg, nil
}

func (m mailbox) send(ctx context.Context, _ *http.Client, n snapshot.Notice) error {
	c, err := m.client()
	if err != nil {
		return err
	}
	msg, err := m.message(n)
	if err != nil {
		return err
	}
	msg.SetGenHeader("X-Planwright-Delivery", n.ID)
	return c.DialAndSendWithContext(ctx, msg)
}
