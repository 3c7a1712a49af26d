package browser

import (
	"fmt"
	"testing"
)

// leastText is the least size of letters, in CSS pixels.
const leastText = 12

// TestBrowserText: no letter is too small to be read, on any screen and in any picture.
func TestBrowserText(t *testing.T) {
	t.Parallel()
	for _, size := range [][2]int64{{360, 800}, {1440, 900}, {3840, 2160}} {
		t.Run(fmt.Sprint(size[0]), func(t *testing.T) {
			p := start(t).open(t, touring, func(o *tabOptions) { o.width, o.height, o.phone = size[0], size[1], size[0] == 360 }, provoking(saysRefused))
			seen := 0
			p.walk(func(t *testing.T) {
				seen += eval[int](p, `[...document.querySelectorAll("text, span, p, label")].filter((e) => e.checkVisibility()).length`)
				judge(t, p.smallText(leastText))
			})
			if seen < 1000 {
				t.Errorf("%d texts were seen; want more", seen)
			}
		})
	}
}
