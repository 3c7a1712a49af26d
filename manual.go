package main

import (
	"bytes"
	"flag"
	"io"
	"strings"
	"text/template"
)

// manual is the manual page, in the macros of man(7). The flags tell about themselves.
var manual = template.Must(template.New("").Funcs(template.FuncMap{"roff": roff}).Parse(`.TH NNVISU 1 "" "nnvisu {{roff .Version}}" "User Commands"
.SH NAME
nnvisu \- a playground for small neural networks in the browser
.SH SYNOPSIS
.B nnvisu
.RI [ flag ]...
.SH DESCRIPTION
.B nnvisu
serves a page on which small neural networks learn, and the same for programs.
It needs no files and no database, and keeps nothing: the state of a run travels with each request.
Several servers behind any balancer are one site.
.PP
Without a flag it serves on http://localhost:8888/.
.B nnvisu \-check
says what it would serve.
.SH FLAGS
Each flag can be set by an environment variable instead. The flag wins.
{{range .Flags}}.TP
.BR \-{{roff .Name}}{{with .Takes}} " " \fI{{roff .}}\fR{{end}}
{{roff .Usage}}.
{{- with .Default}}
The default is
.BR "{{roff .}}" .
{{- end}}
{{- with .Variable}}
Environment:
.BR {{roff .}} .
{{- end}}
{{end}}.SH SIGNALS
.TP
.BR SIGINT ", " SIGTERM
Drain:
.I /readyz
answers 503, streams end, and short requests are answered for
.BR \-drain\-delay .
Then open requests have
.BR \-shutdown\-timeout .
A second signal ends the process at once.
.TP
.BR SIGHUP ", " SIGPIPE
Are ignored.
.SH EXIT STATUS
.TP
.B 0
The server was stopped by a signal, or
.B \-check
found nothing wrong.
.TP
.B 1
Something failed, such as listening on an address.
.TP
.B 2
Flags or variables are wrong. The message has all mistakes.
.SH ENVIRONMENT
.TP
.B GOMEMLIMIT
The bytes of memory that the process may take, as in 768MiB, if
.B \-max\-memory
is not given. Three quarters of what a container may have is right.
.TP
.BR GOMAXPROCS ", " GOGC
As for any program in Go.
`))

// roff escapes a text for roff.
var roff = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, `"`, `\(dq`, "\n.", "\n\\&.").Replace

// A manualFlag is what the manual says of a flag.
type manualFlag struct{ Name, Takes, Usage, Default, Variable string }

// writeManual writes the manual page of the flags of a version.
func writeManual(w io.Writer, fs *flag.FlagSet, version string) error {
	var flags []manualFlag
	fs.VisitAll(func(f *flag.Flag) {
		m := manualFlag{Name: f.Name, Default: f.DefValue}
		m.Takes, m.Usage = flag.UnquoteUsage(f)
		if m.Default == "false" {
			m.Default = ""
		}
		if !acts(f) {
			m.Variable = envName(f.Name)
		}
		flags = append(flags, m)
	})
	var page bytes.Buffer
	if err := manual.Execute(&page, struct {
		Version string
		Flags   []manualFlag
	}{version, flags}); err != nil {
		return err
	}
	_, err := page.WriteTo(w)
	return err
}
