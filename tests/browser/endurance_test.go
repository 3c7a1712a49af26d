package browser

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/nnvisu/nnvisu/tests/contract"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/heapprofiler"
	cdpnetwork "github.com/chromedp/cdproto/network"
	cdpruntime "github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/systeminfo"
	"github.com/chromedp/chromedp"
)

// What a page that trains keeps to, however long.
const (
	leastFrames = 15      // a second, swapped and painted
	heapGrowth  = 2 << 20 // bytes of JavaScript's heap after a collection
	rssGrowth   = 12 << 20
	rssShare    = 0.05 // or this share of the renderer's resident memory, whichever is more
)

// calmShare is how much of a core the page must get for too few frames to be its own fault, in the
// short test: other packages are tested at the same time. The full test is for a machine that does
// nothing else.
const calmShare = 0.6

// The times of the short test, and how often memory is looked at.
const (
	shortWarmUp   = 10 * time.Second
	shortMeasured = 15 * time.Second
	sampleEvery   = time.Second
)

// countFrames counts frames that were swapped and pictures that were painted. A frame swaps several
// parts of the page; it is counted with its step, which every frame changes. A picture is torn if
// the step it shows is not the network's.
const countFrames = `(() => {
	const $ = (id) => document.getElementById(id);
	const shown = () => $("step").textContent;
	const count = window.testCount = {Swapped: 0, Painted: 0, Torn: 0};
	let swapped = shown(), painted = shown();
	$("lab").addEventListener("htmx:after:swap", () => {
		if (shown() !== swapped) swapped = shown(), count.Swapped++;
	});
	const look = () => {
		requestAnimationFrame(look);
		if (shown() === painted) return;
		painted = shown();
		count.Painted++;
		const step = /"step":(\d+)/.exec(document.querySelector("[name=network]").value)?.[1];
		if (step !== painted.replace(/\D/g, "")) count.Torn++;
	};
	requestAnimationFrame(look);
})()`

// frameCount is what countFrames counts.
type frameCount struct{ Swapped, Painted, Torn int }

// TestBrowserEndurance: a page that trains shows every frame, many a second, and needs no more
// memory after some time. NNVISU_ENDURANCE=3m measures for so long after a third of it, and the
// renderer's resident memory, too; without it the test is short. It is not parallel, so that no
// other test of this package runs beside it.
func TestBrowserEndurance(t *testing.T) {
	warmUp, measured, full := shortWarmUp, shortMeasured, false
	if text := os.Getenv("NNVISU_ENDURANCE"); text != "" {
		d, err := time.ParseDuration(text)
		if err != nil || d < shortMeasured {
			t.Fatalf("NNVISU_ENDURANCE = %q; want a duration of at least %v, such as 3m", text, shortMeasured)
		}
		warmUp, measured, full = d/3, d, true
	}
	p := start(t).open(t)
	p.endTour()
	// The browser would keep a part of every answer for whoever looks at its network.
	must(p, cdpnetwork.Disable, cdp.Empty{})
	p.run(countFrames)
	pid, before := p.share()
	p.train()
	time.Sleep(warmUp)

	var heap, rss []float64
	count := func() frameCount { return eval[frameCount](p, `testCount`) }
	var swapped, painted float64
	for try := range 3 { // as other work on the machine comes and goes
		from, began := count(), time.Now()
		for time.Since(began) < measured {
			time.Sleep(sampleEvery)
			must(p, heapprofiler.CollectGarbage, cdp.Empty{})
			heap = append(heap, must(p, cdpruntime.GetHeapUsage, cdp.Empty{}).UsedSize)
			if full && runtime.GOOS == "linux" {
				rss = append(rss, resident(t, pid))
			}
		}
		to, took := count(), time.Since(began).Seconds()
		swapped, painted = float64(to.Swapped-from.Swapped)/took, float64(to.Painted-from.Painted)/took
		t.Logf("try %d: %.1f frames swapped and %.1f painted a second, over %.0f seconds", try+1, swapped, painted, took)
		if full || swapped >= leastFrames && painted >= leastFrames {
			break
		}
	}
	p.pause()
	p.settled()
	end := count()
	if swapped < leastFrames || painted < leastFrames {
		_, after := p.share()
		if share := min(before, after); !full && share < calmShare {
			t.Logf("the machine is busy, the page gets %.0f %% of a core: this says nothing of the page", 100*share)
		} else {
			t.Errorf("%.1f frames swapped and %.1f painted a second, with %.0f %% of a core; want at least %d", swapped, painted, 100*share, leastFrames)
		}
	}
	if end.Painted != end.Swapped || end.Torn > 0 {
		t.Errorf("of %d frames swapped %d were painted, %d of them torn; want every one, whole", end.Swapped, end.Painted, end.Torn)
	}
	checkFlat(t, "JavaScript heap", heap, func(float64) float64 { return heapGrowth })
	if full && runtime.GOOS != "linux" {
		t.Log("the renderer's resident memory is measured on Linux only")
	} else if full {
		checkFlat(t, "resident memory", rss, func(first float64) float64 { return max(rssGrowth, rssShare*first) })
	}
}

// checkFlat fails the test if the median of the last third of the samples is more than so much
// above that of the first.
func checkFlat(t *testing.T, what string, samples []float64, allowed func(first float64) float64) {
	t.Helper()
	third := len(samples) / 3
	if third < 2 {
		t.Fatalf("%d samples of the %s; want at least 6", len(samples), what)
	}
	median := func(samples []float64) float64 {
		return slices.Sorted(slices.Values(samples))[len(samples)/2]
	}
	first, last := median(samples[:third]), median(samples[len(samples)-third:])
	const mb = 1 << 20
	t.Logf("%s: %.2f MB in the first third, %.2f MB in the last, of %d samples from %.2f to %.2f MB",
		what, first/mb, last/mb, len(samples), slices.Min(samples)/mb, slices.Max(samples)/mb)
	if last > first+allowed(first) {
		t.Errorf("the %s grew from %.2f MB to %.2f MB; want at most %.2f MB more", what, first/mb, last/mb, allowed(first)/mb)
	}
}

// renderers returns the browser's processes that show pages, with the seconds that each has
// computed.
func (p *tab) renderers() map[int64]float64 {
	p.tb.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, contract.Patience)
	defer cancel()
	info, err := chromedp.CallBrowser(ctx, systeminfo.GetProcessInfo, cdp.Empty{})
	if err != nil {
		p.tb.Fatalf("the browser's processes: %v", err)
	}
	seconds := map[int64]float64{}
	for _, process := range info.ProcessInfo {
		if process.Type == "renderer" {
			seconds[process.ID] = process.CPUTime
		}
	}
	return seconds
}

// share lets the page compute for a second, with this process beside it as a server has to, and returns
// the page's process and how much of a core that got.
func (p *tab) share() (pid int64, share float64) {
	p.tb.Helper()
	before := p.renderers()
	go func() {
		for began := time.Now(); time.Since(began) < time.Second; {
		}
	}()
	p.run(`for (const end = performance.now() + 1000; performance.now() < end; );`)
	for id, seconds := range p.renderers() {
		if worked := seconds - before[id]; worked > share {
			pid, share = id, worked
		}
	}
	return pid, share
}

var residentLine = regexp.MustCompile(`(?m)^VmRSS:\s+(\d+) kB$`)

// resident returns the resident memory of a process, in bytes.
func resident(tb testing.TB, pid int64) float64 {
	tb.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		tb.Fatal(err)
	}
	m := residentLine.FindSubmatch(status)
	if m == nil {
		tb.Fatalf("/proc/%d/status has no VmRSS", pid)
	}
	kb, err := strconv.ParseFloat(string(m[1]), 64)
	if err != nil {
		tb.Fatal(err)
	}
	return kb * 1024
}
