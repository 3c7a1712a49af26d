package browser

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/nnvisu/nnvisu/tests/contract"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
)

// do runs actions of the browser, which must not take longer than patience.
func (p *tab) do(what string, actions ...chromedp.Action[chromedp.Void]) {
	p.tb.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, contract.Patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		p.tb.Fatalf("%s: %v", what, err)
	}
}

// must sends a command to the browser.
func must[P, R any](p *tab, command cdp.Command[P, R], params P) R {
	p.tb.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, contract.Patience)
	defer cancel()
	answer, err := chromedp.Call(ctx, command, params)
	if err != nil {
		p.tb.Fatalf("%s: %v", command.Method, err)
	}
	return answer
}

// isLoading is an expression: the page is being loaded. That of a sweep comes for long, and is used before.
const isLoading = `document.readyState !== "complete" && !document.getElementById("stop")`

// saysLoading is the error of a page that is being loaded.
const saysLoading = "the page is being loaded"

// try evaluates an expression in the page. Without script each act loads another page, which is waited for
// until all of it is there.
func try[T any](p *tab, expression string) (T, error) {
	ctx, cancel := context.WithTimeout(p.ctx, contract.Patience)
	defer cancel()
	if p.noScript {
		expression = script(`if (`+isLoading+`) throw new Error(%s); `, saysLoading) + expression
	}
	for {
		v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
		if err == nil || ctx.Err() != nil || !strings.Contains(err.Error(), saysLoading) {
			return v, err
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// eval is try for a test that cannot go on without the value.
func eval[T any](p *tab, expression string) T {
	p.tb.Helper()
	v, err := try[T](p, expression)
	if err != nil {
		p.tb.Fatalf("evaluate %s: %v", expression, err)
	}
	return v
}

// read is eval for an expression without effects. It tries again while the page cannot answer: between two
// pages there is nothing to be read.
func read[T any](p *tab, expression string) T {
	p.tb.Helper()
	for deadline := time.Now().Add(contract.Patience); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if v, err := try[T](p, expression); err == nil {
			return v
		}
	}
	return eval[T](p, expression)
}

// run evaluates an expression for its effect.
func (p *tab) run(expression string) {
	p.tb.Helper()
	eval[chromedp.Void](p, expression)
}

// script puts values into an expression, as JavaScript writes them.
func script(format string, args ...any) string {
	for i, arg := range args {
		args[i] = contract.Encode(arg)
	}
	return fmt.Sprintf(format, args...)
}
