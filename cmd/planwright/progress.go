package main

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// progress shows how a long verb advances: bars on a terminal; elsewhere one
// line when a stage ends, if it took a second or more.
type progress struct {
	app  *app
	mu   sync.Mutex
	pool *mpb.Progress
	bar  *mpb.Bar

	stage string
	begun time.Time
	told  time.Time // when a line was written last, where there are no bars
	total int64
}

// tellEvery is the time between two lines about one stage where there are no
// bars.
const tellEvery = 10 * time.Second

func (a *app) progress() *progress {
	p := &progress{app: a}
	if a.bars {
		p.pool = mpb.New(mpb.WithOutput(a.err), mpb.WithWidth(48), mpb.WithRefreshRate(120*time.Millisecond))
	}
	return p
}

// show reports done of total (0: not known) of a stage. It may be called from
// several goroutines.
func (p *progress) show(stage string, done, total int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if stage != p.stage {
		if p.bar != nil && p.total > 0 {
			p.bar.SetCurrent(p.total) // it was done, whatever was told of it last
		}
		p.finish()
		p.stage, p.begun, p.total = stage, time.Now(), total
		p.told = p.begun
		if p.app.watch != nil {
			p.app.watch.start(stage)
		}
		if p.pool != nil {
			name, begun := p.name(stage), p.begun
			p.bar = p.pool.AddBar(total, // 0: it may be told later
				mpb.PrependDecorators(decor.Name(name, decor.WC{W: 14, C: decor.DindentRight})),
				mpb.AppendDecorators(decor.Any(func(s decor.Statistics) string {
					if s.Total <= 1 && s.Current <= 1 {
						return ""
					}
					return p.app.pace(s.Current, s.Total, time.Since(begun))
				}, decor.WCSyncSpaceR), decor.Elapsed(decor.ET_STYLE_GO)))
		}
	}
	if total > 0 {
		p.total = total // an estimate may shrink
	}
	if p.bar != nil {
		if total > 0 {
			p.bar.SetTotal(max(total, done), false)
		}
		p.bar.SetCurrent(done)
	} else if now := time.Now(); p.pool == nil && done > 0 && now.Sub(p.told) >= tellEvery {
		p.told = now
		fmt.Fprintf(p.app.err, "%s  %s\n", p.name(stage), p.app.pace(done, p.total, now.Sub(p.begun)))
	}
}

// pace says how much of a stage is done, how fast it goes, and how long the
// rest takes.
func (a *app) pace(done, total int64, took time.Duration) string {
	text := count(done)
	if total > 0 {
		text += " / " + count(total)
	}
	if s := took.Seconds(); s >= 1 && done > 0 {
		rate := float64(done) / s
		text += "  " + a.T("cli.progress.rate", "n", count(int64(rate)))
		if left := float64(total-done) / rate; total > done {
			text += "  " + a.T("cli.progress.left", "time", time.Duration(left*float64(time.Second)).Round(time.Second).String())
		}
	}
	return text
}

// name is a stage in the reader's language; "write bom" is the stage write of
// table bom.
func (p *progress) name(stage string) string {
	verb, table, ok := strings.Cut(stage, " ")
	if !ok {
		return p.app.T("stage." + stage)
	}
	return p.app.T("stage."+verb) + " " + table
}

// finish ends the stage that is going on. The caller holds the lock.
func (p *progress) finish() {
	if p.stage == "" {
		return
	}
	if p.bar != nil {
		p.bar.SetTotal(-1, true)
		p.bar = nil
	} else if took := time.Since(p.begun); took >= time.Second {
		fmt.Fprintf(p.app.err, "%s  %.1f s\n", p.name(p.stage), took.Seconds())
	}
	p.stage = ""
}

// done ends the last stage and waits until everything is drawn.
func (p *progress) done() {
	p.mu.Lock()
	p.finish()
	p.mu.Unlock()
	if p.pool != nil {
		p.pool.Wait()
	}
}
