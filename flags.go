package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/nnvisu/nnvisu/handlers"
	"github.com/nnvisu/nnvisu/nn/kernel"
)

// drainDelay is the default of -drain-delay: two checks of /readyz, one every two seconds, and a
// second for the last of them. With the usual -shutdown-timeout an idle server still ends within
// the ten seconds that a container has.
const drainDelay = 5 * time.Second

// settings are all that flags and environment variables configure.
type settings struct {
	handlers        handlers.Config
	addr            string
	metricsAddr     string // "" serves metrics with everything else
	pprofAddr       string // "" serves no profiles
	flags           *flag.FlagSet
	sources         map[string]string // of each flag that was set: the flag itself or its variable
	changed         []any             // names and values of the flags that differ from their defaults
	drainDelay      time.Duration
	shutdownTimeout time.Duration
	logLevel        string
	logFormat       string
	kernel          string
	showVersion     bool
	showManual      bool
	check           bool
}

// parse reads the flags, then the environment variable of each flag that was not given. An empty
// variable counts as unset. For -help it prints the flags to stdout and returns [flag.ErrHelp]. Its
// error has all mistakes, one a line.
func parse(
	args []string, lookupEnv func(string) (string, bool), stdout io.Writer,
) (settings, error) {
	s := settings{handlers: handlers.DefaultConfig()}
	h := &s.handlers
	h.Version = buildVersion()

	fs := flag.NewFlagSet("nnvisu", flag.ContinueOnError)
	fs.SetOutput(io.Discard) // it would print the whole usage after each error
	s.addr = "localhost:8888"
	fs.Var(checked{&s.addr, checkAddr}, "addr",
		"`host:port` to listen on; :8888 is every address, for a container")
	fs.Var(checked{&h.BasePath, handlers.CheckBasePath}, "base-path",
		"`path` under which a proxy shows the application, such as /nnvisu")
	fs.Var(byteSize{value: &h.MaxBody}, "max-body", "largest request body or socket message in `bytes`")
	h.MaxMemory = 0
	fs.Var(byteSize{value: &h.MaxMemory}, "max-memory",
		"most `bytes` of memory, such as 512MiB; not given, it is what the container or GOMEMLIMIT allows, "+
			"or half of what the machine has")
	fs.Var(byteSize{&h.Cache, "0"}, "cache",
		"`bytes` of -max-memory that keep finished answers for others who ask the same, such as 64MiB; 0 keeps none")
	fs.IntVar(&h.MaxPoints, "max-points", h.MaxPoints, "most `points` in a data set")
	fs.DurationVar(&h.MaxWork, "max-work", h.MaxWork,
		"longest `duration` for which one request, or one frame of a stream, may compute on one core")
	fs.DurationVar(&h.MaxStream, "max-stream", h.MaxStream, "longest `duration` of a stream")
	fs.IntVar(&h.MaxStreams, "max-streams", h.MaxStreams, "most `streams` at once")
	fs.IntVar(&h.MaxSockets, "max-sockets", h.MaxSockets, "most WebSocket `connections` at once")
	fs.IntVar(&h.MaxQueue, "max-queue", h.MaxQueue, "most `requests` computing or waiting to")
	fs.Var(prefixes{&h.TrustedProxies}, "trusted-proxies",
		"`networks` of the proxies before this server, as 10.0.0.0/8,192.0.2.1: the address of a client is "+
			"what they write into X-Forwarded-For")
	fs.Var(hosts{&h.AllowedHosts}, "allowed-hosts",
		"`names` by which browsers may call this server, as lab.example,lab, or * for all; not given, it is all, "+
			"but only localhost and loopback addresses where it listens on those")
	fs.Var(origins{&h.FrameAncestors, handlers.ParseFrameAncestor}, "frame-ancestors",
		"`origins` whose pages may show the card of /embed in a frame, as https://moodle.example,https://*.school.example, or 'self'")
	fs.Var(origins{&h.AllowOrigins, handlers.ParseAllowOrigin}, "allow-origin",
		"`origins` whose pages may call the API from a browser (CORS), as https://notebook.example, or * for all")
	fs.Var(checked{&s.metricsAddr, checkPrivateAddr}, "metrics-addr",
		"`host:port` to serve /metrics on, instead of the public address")
	fs.Var(checked{&s.pprofAddr, checkPrivateAddr}, "pprof-addr",
		"`host:port` to serve /debug/pprof/ on, such as localhost:6060")
	fs.BoolVar(&h.AccessLog, "access-log", false,
		"log each request, stream and socket when it ends, at level info")
	fs.DurationVar(&s.drainDelay, "drain-delay", drainDelay,
		"how long to go on with short requests after SIGINT or SIGTERM, "+
			"until a load balancer sees /readyz fail")
	fs.DurationVar(&s.shutdownTimeout, "shutdown-timeout", 10*time.Second,
		"how long open requests may go on after SIGINT or SIGTERM")
	choiceVar(fs, &s.logLevel, "log-level", "info", "least `level` to log", "debug", "info", "warn",
		"error")
	choiceVar(fs, &s.logFormat, "log-format", "text", "`format` of the log", "text", "json")
	s.kernel = kernel.Fastest
	fs.Var(choice{&s.kernel, append([]string{kernel.Fastest}, kernel.Names()...)}, "kernel",
		"inner `loops` of training, which all give the same bits: fastest, or one that the CPU has of "+
			"avx512, avx2 and portable")
	fs.BoolVar(&s.check, "check", false,
		"say what the server would serve, or all that is wrong with the flags, and exit")
	fs.BoolVar(&s.showManual, "man", false, "print the manual page, for man -l -, and exit")
	fs.BoolVar(&s.showVersion, "version", false, "print the version and exit")
	fs.VisitAll(func(f *flag.Flag) {
		if strings.HasPrefix(f.Name, "max-") {
			f.Value = positive{f.Value}
		}
	})

	errs, help := parseAll(fs, args)
	if help {
		printHelp(fs, stdout)
		return s, flag.ErrHelp
	}
	s.flags, s.sources = fs, map[string]string{}
	fs.Visit(func(f *flag.Flag) { s.sources[f.Name] = "-" + f.Name })
	errs = append(errs, setFromEnv(fs, s.sources, lookupEnv)...)
	fs.VisitAll(func(f *flag.Flag) {
		if value := f.Value.String(); value != f.DefValue {
			s.changed = append(s.changed, f.Name, value)
		}
	})
	h.PrivateMetrics = s.metricsAddr != ""
	if h.MaxMemory == 0 {
		h.MaxMemory = availableMemory()
	}
	if h.Cache == handlers.DefaultConfig().Cache {
		h.Cache = min(h.Cache, handlers.LargestCache(h.MaxMemory))
	}
	if h.MaxBody == handlers.DefaultConfig().MaxBody {
		h.MaxBody = min(h.MaxBody, handlers.LargestBody(h.MaxMemory, h.Cache))
	}
	for _, d := range []struct {
		flag  string
		value time.Duration
	}{{"drain-delay", s.drainDelay}, {"shutdown-timeout", s.shutdownTimeout}} {
		if d.value < 0 {
			errs = append(errs, fmt.Errorf("-%s must not be negative; got %v", d.flag, d.value))
		}
	}
	for _, private := range []struct{ flag, addr string }{{"metrics-addr", s.metricsAddr}, {"pprof-addr", s.pprofAddr}} {
		// Port 0 is another one each time.
		if private.addr == s.addr && !strings.HasSuffix(s.addr, ":0") {
			errs = append(errs, fmt.Errorf("-%s must differ from -addr; both are %s", private.flag, s.addr))
		}
	}
	if len(errs) == 0 { // a limit that could not be read has no value
		errs = append(errs, h.Check())
	}
	return s, errors.Join(errs...)
}

// envName returns the variable of a flag: NNVISU_MAX_BODY for max-body.
func envName(name string) string {
	return "NNVISU_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
}

// parseAll is fs.Parse, but goes on behind a mistake and returns all of them. help reports that
// somebody asks for help.
func parseAll(fs *flag.FlagSet, args []string) (errs []error, help bool) {
	for {
		err := fs.Parse(args)
		read := args[:len(args)-fs.NArg()]
		args = fs.Args()
		switch {
		case errors.Is(err, flag.ErrHelp):
			return nil, true
		case err != nil:
			errs = append(errs, err)
			// The value of a flag that does not exist comes next.
			last := read[len(read)-1]
			if strings.HasPrefix(last, "-") && !strings.Contains(last, "=") && len(args) > 0 && !strings.HasPrefix(args[0], "-") {
				args = args[1:]
			}
		case len(args) > 0:
			errs = append(errs, fmt.Errorf("unexpected argument %q", args[0]))
			args = args[1:]
		default:
			return errs, false
		}
	}
}

// acts reports whether a flag is an act, after which the program ends. It has no environment
// variable: container images and charts often set NNVISU_VERSION to a version number.
func acts(f *flag.Flag) bool { return slices.Contains([]string{"check", "man", "version"}, f.Name) }

// setFromEnv sets the flags that have no source yet from their variables, which are their sources
// then. It returns all mistakes.
func setFromEnv(fs *flag.FlagSet, sources map[string]string, lookupEnv func(string) (string, bool)) (errs []error) {
	fs.VisitAll(func(f *flag.Flag) {
		if sources[f.Name] != "" || acts(f) {
			return
		}
		name := envName(f.Name)
		if value, ok := lookupEnv(name); ok && value != "" {
			sources[f.Name] = name
			if err := f.Value.Set(value); err != nil {
				errs = append(errs, fmt.Errorf("invalid value %q for environment variable %s: %w", value, name, err))
			}
		}
	})
	return errs
}

func printHelp(fs *flag.FlagSet, w io.Writer) {
	fmt.Fprintln(w, "nnvisu serves a neural-network playground.")
	fmt.Fprintln(w, "Each flag can be set by an environment variable instead; the flag wins.")
	fs.VisitAll(func(f *flag.Flag) {
		if !acts(f) {
			f.Usage += "; " + envName(f.Name)
		}
	})
	fs.SetOutput(w)
	fs.PrintDefaults()
}

// positive is a flag whose number or duration must be greater than 0. What counts has a largest
// number, too.
type positive struct{ flag.Value }

func (p positive) Set(s string) error {
	if err := p.Value.Set(s); err != nil {
		return err
	}
	if v := p.String(); v == "" || v == "0" || v == "0s" || v == "NaN" || strings.HasPrefix(v, "-") {
		return errors.New("must be greater than 0")
	}
	if getter, ok := p.Value.(flag.Getter); ok {
		if n, ok := getter.Get().(int); ok && n > handlers.LargestLimit {
			return fmt.Errorf("must be at most %d", handlers.LargestLimit)
		}
	}
	return nil
}

func (p positive) String() string {
	if p.Value == nil { // see choice
		return ""
	}
	return p.Value.String()
}

// checked is a flag whose text has a form.
type checked struct {
	value *string
	check func(string) error
}

func (c checked) String() string {
	if c.value == nil { // see choice
		return ""
	}
	return *c.value
}

func (c checked) Set(s string) error {
	*c.value = s
	return c.check(s)
}

// checkAddr returns an error unless s is a host and a port to listen on. An empty text, as of an
// unset variable in a script, would stand for all addresses and any port.
func checkAddr(s string) error {
	_, port, err := net.SplitHostPort(s)
	if err == nil && port != "" {
		_, err = net.LookupPort("tcp", port)
	}
	if err != nil || port == "" {
		return errors.New("must be host:port, such as localhost:8888 or :8888")
	}
	return nil
}

// checkPrivateAddr is checkAddr for an address that may be left out.
func checkPrivateAddr(s string) error {
	if s == "" {
		return nil
	}
	return checkAddr(s)
}

// hosts is a flag whose value is a list of names, with commas between, or * for all.
type hosts struct{ value *[]string }

func (h hosts) String() string {
	if h.value == nil { // see choice
		return ""
	}
	return strings.Join(*h.value, ",")
}

// hostName is the name of a machine, without a port: a browser's Host header has any.
var hostName = regexp.MustCompile(`^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$`)

func (h hosts) Set(s string) error {
	var list []string
	for name := range strings.SplitSeq(s, ",") {
		name = strings.TrimSpace(name)
		if _, err := netip.ParseAddr(name); err != nil && name != handlers.AnyHost && !hostName.MatchString(name) {
			return fmt.Errorf("%q is no name such as lab.example; a port is not part of it", name)
		}
		list = append(list, name)
	}
	*h.value = list
	return nil
}

// origins is a flag whose value is a list of origins, with commas between.
type origins struct {
	value *[]string
	parse func(string) (string, error)
}

func (o origins) String() string {
	if o.value == nil { // see choice
		return ""
	}
	return strings.Join(*o.value, ",")
}

func (o origins) Set(s string) error {
	var list []string
	for text := range strings.SplitSeq(s, ",") {
		origin, err := o.parse(strings.TrimSpace(text))
		if err != nil {
			return fmt.Errorf("%q %w", strings.TrimSpace(text), err)
		}
		list = append(list, origin)
	}
	*o.value = list
	return nil
}

// choice is a flag whose value is one of a few words.
type choice struct {
	value   *string
	choices []string
}

func choiceVar(fs *flag.FlagSet, p *string, name, def, usage string, choices ...string) {
	*p = def
	fs.Var(choice{p, choices}, name, usage+": "+strings.Join(choices, ", "))
}

func (c choice) String() string {
	if c.value == nil { // flag asks the zero value, to know what to call a default
		return ""
	}
	return *c.value
}

func (c choice) Set(s string) error {
	if !slices.Contains(c.choices, s) {
		return fmt.Errorf("want one of %s", strings.Join(c.choices, ", "))
	}
	*c.value = s
	return nil
}

// prefixes is a flag whose value is a list of networks and addresses, with commas between.
type prefixes struct{ value *[]netip.Prefix }

func (p prefixes) String() string {
	if p.value == nil { // see choice
		return ""
	}
	var texts []string
	for _, prefix := range *p.value {
		texts = append(texts, prefix.String())
	}
	return strings.Join(texts, ",")
}

func (p prefixes) Set(s string) error {
	var list []netip.Prefix
	for text := range strings.SplitSeq(s, ",") {
		text = strings.TrimSpace(text)
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			addr, addrErr := netip.ParseAddr(text)
			if addrErr != nil {
				return fmt.Errorf("%q is neither an address nor a network such as 10.0.0.0/8", text)
			}
			addr = addr.Unmap().WithZone("")
			prefix = netip.PrefixFrom(addr, addr.BitLen())
		}
		list = append(list, prefix.Masked())
	}
	*p.value = list
	return nil
}
