package planwright

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"
)

// ForecastOverride is a judgement on the forecast of a sku that somebody made
// after the data were imported: the demand of the days From..To together (kind
// override), or the least (floor) or most (cap) that it may be. It holds until it
// is removed, or another of the same sku, days and kind takes its place.
type ForecastOverride struct {
	ID       int64 // sequence in the journal, from 1
	Item     string
	Site     string
	From, To Day // inclusive
	Kind     ForecastKind
	Qty      Qty // of the whole period
	Reason   string
	Author   string
	At       time.Time
	Removes  int64 // the override that this entry takes back; 0: it sets one
}

// OverridesDigest returns the SHA-256, in hex, of all of the overrides that can
// change a plan; "" for none.
func OverridesDigest(list []ForecastOverride) string {
	if len(list) == 0 {
		return ""
	}
	h := sha256.New()
	for _, o := range list {
		for _, s := range []string{o.Item, o.Site, strconv.Itoa(int(o.From)), strconv.Itoa(int(o.To)), o.Kind.String(), o.Qty.String()} {
			hashString(h, s)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}
