package api

import (
	lru "container/list"
	"sync"
)

// keptRows bounds the rows of pages that are remembered, over all lists: some
// tens of megabytes.
const keptRows = 50_000

// pageCache remembers pages of plans, which do not change: dashboards and people
// look at the same first pages again and again. What is not read for longest goes
// first. Pages are shared by all who read them and must not be changed.
type pageCache struct {
	mu    sync.Mutex
	rows  int
	order lru.List // of *cachedPage, the one read last in front
	by    map[string]*lru.Element
}

type cachedPage struct {
	key  string
	rows int
	page any
}

func (c *pageCache) get(key string) (any, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.by[key]
	if !ok {
		return nil, false
	}
	c.order.MoveToFront(e)
	return e.Value.(*cachedPage).page, true
}

func (c *pageCache) put(key string, rows int, page any) {
	rows++ // an empty page takes room, too
	if rows > keptRows/10 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.by[key]; ok {
		return
	}
	if c.by == nil {
		c.by = map[string]*lru.Element{}
	}
	c.by[key] = c.order.PushFront(&cachedPage{key, rows, page})
	for c.rows += rows; c.rows > keptRows; {
		e := c.order.Back()
		old := e.Value.(*cachedPage)
		c.order.Remove(e)
		delete(c.by, old.key)
		c.rows -= old.rows
	}
}
