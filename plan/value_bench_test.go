package plan

import (
	"context"
	"testing"

	"planwright/cmd/planwright/sample"
)

// BenchmarkValue replays 40 sku's over 52 reviews by auto, as the verb does.
func BenchmarkValue(b *testing.B) {
	s := lifeSnapshot(sample.Lives(1, 1, 40))
	for b.Loop() {
		if _, err := RunValue(context.Background(), s, ValueOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}
