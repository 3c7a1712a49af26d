package browser

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// TestBrowserFilms: a browser shows each moment of a film in its turn. Of an SVG that is opened by
// itself it shows one at a time; of an animated PNG it knows how many there are.
func TestBrowserFilms(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	p.endTour()
	const query = "?dataset=moons&steps=40&frames=5&width=200"
	frames := await[int](p, `(async () => {
		const answer = await fetch("film.png`+query+`");
		const decoder = new ImageDecoder({data: await answer.arrayBuffer(), type: "image/png"});
		await decoder.tracks.ready;
		await decoder.completed;
		let shown = 0;
		for (; shown < decoder.tracks.selectedTrack.frameCount; shown++) await decoder.decode({frameIndex: shown});
		return shown;
	})()`)
	if frames != 5 {
		t.Errorf("the browser shows %d pictures of the film; want 5", frames)
	}
	size := await[string](p, `(async () => {
		const image = new Image();
		image.src = "film.svg`+query+`";
		await image.decode();
		return image.naturalWidth + "×" + image.naturalHeight;
	})()`)
	if size != "200×221" {
		t.Errorf("the film as an image has %s pixels", size)
	}

	if _, err := chromedp.Run(p.ctx, chromedp.Navigate(p.home+"film.svg"+query)); err != nil {
		t.Fatal(err)
	}
	for _, at := range []struct {
		time string // in milliseconds
		want string
	}{
		{"1", "Step 0"}, {"101", "Step 10"}, {"299", "Step 20"}, {"399", "Step 30"}, {"401", "Step 40"}, {"2399", "Step 40"}, {"2401", "Step 0"},
	} {
		shown := eval[[]string](p, `(() => {
			const films = document.getAnimations();
			for (const a of films) {
				a.pause();
				a.currentTime = `+at.time+`;
			}
			const texts = [...document.querySelectorAll(".m text")].filter((e) => getComputedStyle(e).visibility === "visible");
			return texts.map((e) => e.textContent.split(" · ")[0]);
		})()`)
		if len(shown) != 1 || shown[0] != at.want {
			t.Errorf("after %s ms the film shows %q; want %s", at.time, shown, at.want)
		}
	}
}
