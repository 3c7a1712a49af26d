package views

import "github.com/nnvisu/nnvisu/nn"

// emptyCharts draws the axes of charts that have no curves yet, so that they stand where they will be,
// and says what will be there.
func (p *pen) emptyCharts(task nn.Task) {
	second := &accuracyOverRun
	if task == nn.Regression {
		second = &errorOverRun
	}
	p.text(`<div class="curves unbegun">`)
	for _, q := range []*quantity{&lossOverRun, second} {
		p.blankChart(q.title)
	}
	p.text(`<p class="hint">The curves of `)
	p.text(lossOverRun.name)
	p.text(" and ")
	p.text(second.name)
	p.text(` appear here as the network learns.</p></div>`)
}

// blankChart draws the axes of a chart without curves.
func (p *pen) blankChart(title markup) {
	p.text(`<div class="blank" aria-hidden="true"><p><b>`)
	p.text(title)
	p.text(`</b></p><svg viewBox="0 0 `)
	p.number(chartWidth)
	p.text(" ")
	p.number(chartHeight)
	p.text(`"><path class="axis" d="M`)
	p.number(plotLeft)
	p.text(" ")
	p.number(plotTop)
	p.text("V")
	p.number(plotBottom)
	p.text("H")
	p.number(plotRight)
	p.text(`"></path></svg></div>`)
}
