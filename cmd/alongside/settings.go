package main

import (
	"bufio"
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

// settings is everything an operator can set. Fields are filled from the table below and fixed after loading.
type settings struct {
	listen         string
	shopListen     string
	public         *url.URL // nil: derived from the address that listen got
	data           string
	masterKey      string   // empty: in the data folder
	smtp           *url.URL // nil: no mail
	mailFrom       string
	logLevel       slog.Level
	logFormat      string
	trustedProxies []netip.Prefix
	stateMemory    int64 // bytes
	perAddress     int   // connections
	perSite        int   // rooms
	grace          time.Duration
	privateListen  string // empty: nowhere
	redis          string // holds a password; empty: this is the only node
	redisPlaintext bool
	mongo          string // holds a password; empty: SQLite in the data folder
	mongoPlaintext bool
	json           bool

	tenant, site, email, name, password string
	origins                             []string

	peers, only     string
	rounds, seconds int
	quick           bool
}

// setting is one row of the table: the flag -name, the variable ALONGSIDE_NAME, and the line "name = value" of the
// settings file all mean the same, in that order of precedence.
type setting struct {
	name     string
	fallback string
	help     string
	commands string // subcommands that know it, separated by spaces
	set      func(*settings, string) error
}

var table = []setting{
	{"listen", "127.0.0.1:8080", "address to serve on; port 0 takes a free one", "serve demo", address(func(s *settings) *string { return &s.listen })},
	{"shop-listen", "localhost:0", "address of the demo's shop, on another host name than the console's", "demo", address(func(s *settings) *string { return &s.shopListen })},
	{"public", "", "origin under which browsers reach this server, like https://help.example.com; empty: as it listens", "serve", publicOrigin},
	{"data", "alongside-data", "folder of the database", "serve setup", text(func(s *settings) *string { return &s.data })},
	{"master-key", "", "file of the key under which everything stored is sealed, made if missing; empty: master.key in the data folder", "serve setup", text(func(s *settings) *string { return &s.masterKey })},
	{"smtp", "", "mail server for invitations and new passwords, like smtp://user:password@mail.example.com:587; empty: admins pass links on", "serve", smtpServer},
	{"mail-from", "", "sender of mail, like Help <help@example.com>", "serve", text(func(s *settings) *string { return &s.mailFrom })},
	{"log-level", "info", "debug, info, warn or error", "serve demo setup bench", func(s *settings, v string) error { return s.logLevel.UnmarshalText([]byte(v)) }},
	{"log-format", "text", "text or json", "serve demo setup bench", oneOf(func(s *settings) *string { return &s.logFormat }, "text", "json")},
	{"trusted-proxies", "", "comma-separated networks whose X-Forwarded-For is believed, like 10.0.0.0/8", "serve", networks},
	{"state-memory", "1GiB", "memory for the live pages of all rooms together", "serve demo", size(func(s *settings) *int64 { return &s.stateMemory })},
	{"connections-per-address", "1000", "connections that one address may have open at this server", "serve", count(func(s *settings) *int { return &s.perAddress })},
	{"rooms-per-site", "20000", "visitors of one site at this server", "serve", count(func(s *settings) *int { return &s.perSite })},
	{"grace", "10s", "time for clients to move when the server stops", "serve demo", duration(func(s *settings) *time.Duration { return &s.grace })},
	{"private-listen", "", "address of what operators alone may see: /metrics, /debug/pprof, /readyz; empty: nowhere", "serve", optionalAddress(func(s *settings) *string { return &s.privateListen })},
	{"redis", "", "Redis that several servers share, like rediss://user:password@redis.example.com or rediss+cluster://… for a Redis Cluster; empty: this server is alone", "serve", text(func(s *settings) *string { return &s.redis })},
	{"redis-plaintext", "false", "allow a Redis on another host without TLS or password; live pages pass through it", "serve", yesNo(func(s *settings) *bool { return &s.redisPlaintext })},
	{"mongo", "", "MongoDB that several servers share, like mongodb://user:password@mongo.example.com/alongside?tls=true; empty: a database in the data folder", "serve setup", text(func(s *settings) *string { return &s.mongo })},
	{"mongo-plaintext", "false", "allow a MongoDB on another host without TLS or password; accounts, hashes of passwords and sealed history pass", "serve setup", yesNo(func(s *settings) *bool { return &s.mongoPlaintext })},
	{"json", "false", "print one line of JSON when ready", "demo", yesNo(func(s *settings) *bool { return &s.json })},
	{"tenant", "", "name of the company", "setup", text(func(s *settings) *string { return &s.tenant })},
	{"site", "", "name of the first site", "setup", text(func(s *settings) *string { return &s.site })},
	{"origins", "", "comma-separated origins of the site's pages, like https://www.example.com", "setup", list(func(s *settings) *[]string { return &s.origins })},
	{"email", "", "e-mail address of the first admin", "setup", text(func(s *settings) *string { return &s.email })},
	{"name", "", "name of the first admin, as visitors see it", "setup", text(func(s *settings) *string { return &s.name })},
	{"password", "", "password of the first admin; better by ALONGSIDE_PASSWORD, since arguments can be seen by others", "setup", text(func(s *settings) *string { return &s.password })},
	{"only", "", "comma-separated scenarios and servers to measure; empty: all", "bench", text(func(s *settings) *string { return &s.only })},
	{"peers", "", "folder of other servers to measure beside, as `make bench-relay` builds them; empty: none", "bench", text(func(s *settings) *string { return &s.peers })},
	{"rounds", "3", "how often all is measured", "bench", count(func(s *settings) *int { return &s.rounds })},
	{"seconds", "8", "how long a scenario is measured", "bench", count(func(s *settings) *int { return &s.seconds })},
	{"quick", "false", "tiny numbers, to see that all works; the figures mean nothing", "bench", yesNo(func(s *settings) *bool { return &s.quick })},
}

func (row setting) knownTo(command string) bool {
	return slices.Contains(strings.Fields(row.commands), command)
}

func (row setting) variable() string {
	return "ALONGSIDE_" + strings.ToUpper(strings.ReplaceAll(row.name, "-", "_"))
}

// errUsage is returned after the usage was printed because somebody asked for it.
var errUsage = errors.New("usage printed")

// loadSettings reads flags, environment and file for one subcommand. An error names the setting, where its value came
// from, and what is wrong with it.
func loadSettings(command string, args []string, env func(string) string, usage io.Writer) (*settings, error) {
	flags := flag.NewFlagSet(command, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	file := flags.String("config", env("ALONGSIDE_CONFIG"), "file of lines \"name = value\"")
	values := map[string]string{}
	from := map[string]string{}
	for _, row := range table {
		if !row.knownTo(command) {
			continue
		}
		set := func(v string) error {
			values[row.name], from[row.name] = v, "flag -"+row.name
			return nil
		}
		if row.fallback == "false" {
			flags.BoolFunc(row.name, row.help, set)
		} else {
			flags.Func(row.name, row.help, set)
		}
	}
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		printUsage(usage, command)
		return nil, errUsage
	} else if err != nil {
		return nil, fmt.Errorf("%s: %w", command, err)
	}
	if flags.NArg() > 0 {
		return nil, fmt.Errorf("%s: unexpected argument %q", command, flags.Arg(0))
	}
	inFile, err := readSettingsFile(*file)
	if err != nil {
		return nil, err
	}
	s := &settings{}
	for _, row := range table {
		if !row.knownTo(command) {
			continue
		}
		value, set := values[row.name]
		if v := env(row.variable()); !set && v != "" {
			value, from[row.name], set = v, row.variable(), true
		}
		if v, ok := inFile[row.name]; !set && ok {
			value, from[row.name], set = v, *file, true
		}
		if !set {
			value, from[row.name] = row.fallback, "default"
		}
		if err := row.set(s, value); err != nil {
			return nil, fmt.Errorf("setting %q (from %s): %w", row.name, from[row.name], err)
		}
	}
	return s, nil
}

func readSettingsFile(path string) (map[string]string, error) {
	values := map[string]string{}
	if path == "" {
		return values, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open settings file: %w", err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		name = strings.TrimSpace(name)
		if !ok {
			return nil, fmt.Errorf("%s, line %d: want \"name = value\"", path, n)
		}
		if !slices.ContainsFunc(table, func(row setting) bool { return row.name == name }) {
			return nil, fmt.Errorf("%s, line %d: there is no setting %q", path, n, name)
		}
		values[name] = strings.TrimSpace(value)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read settings file: %w", err)
	}
	return values, nil
}

func printUsage(w io.Writer, command string) {
	fmt.Fprintf(w, "usage: alongside %s [settings]\n\nEach setting is a flag, an environment variable, or a line \"name = value\" of the file named by -config.\n\n", command)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range table {
		if row.knownTo(command) {
			fallback := ""
			if row.fallback != "" {
				fallback = " (" + row.fallback + ")"
			}
			fmt.Fprintf(t, "  -%s\t%s\t%s%s\n", row.name, row.variable(), row.help, fallback)
		}
	}
	t.Flush()
}

func text(field func(*settings) *string) func(*settings, string) error {
	return func(s *settings, v string) error { *field(s) = v; return nil }
}

func list(field func(*settings) *[]string) func(*settings, string) error {
	return func(s *settings, v string) error {
		for one := range strings.SplitSeq(v, ",") {
			if one = strings.TrimSpace(one); one != "" {
				*field(s) = append(*field(s), one)
			}
		}
		return nil
	}
}

func oneOf(field func(*settings) *string, allowed ...string) func(*settings, string) error {
	return func(s *settings, v string) error {
		if !slices.Contains(allowed, v) {
			return fmt.Errorf("%q is not one of %s", v, strings.Join(allowed, ", "))
		}
		*field(s) = v
		return nil
	}
}

func yesNo(field func(*settings) *bool) func(*settings, string) error {
	return func(s *settings, v string) error {
		if v != "true" && v != "false" {
			return fmt.Errorf("%q is neither true nor false", v)
		}
		*field(s) = v == "true"
		return nil
	}
}

func count(field func(*settings) *int) func(*settings, string) error {
	return func(s *settings, v string) error {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 {
			return fmt.Errorf("%q is not a number from 1", v)
		}
		*field(s) = n
		return nil
	}
}

func duration(field func(*settings) *time.Duration) func(*settings, string) error {
	return func(s *settings, v string) error {
		d, err := time.ParseDuration(v)
		if err != nil || d < 0 {
			return fmt.Errorf("%q is not a duration like 10s", v)
		}
		*field(s) = d
		return nil
	}
}

func size(field func(*settings) *int64) func(*settings, string) error {
	units := []struct {
		suffix string
		bytes  int64
	}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}}
	return func(s *settings, v string) error {
		for _, unit := range units {
			var n int64
			if number, ok := strings.CutSuffix(v, unit.suffix); ok {
				if _, err := fmt.Sscanf(number, "%d", &n); err == nil && n > 0 && fmt.Sprint(n) == number {
					*field(s) = n * unit.bytes
					return nil
				}
			}
		}
		return fmt.Errorf("%q is not a size like 512MiB", v)
	}
}

func address(field func(*settings) *string) func(*settings, string) error {
	return func(s *settings, v string) error {
		if _, port, err := net.SplitHostPort(v); err != nil || port == "" {
			return fmt.Errorf("%q is not an address like 127.0.0.1:8080", v)
		}
		*field(s) = v
		return nil
	}
}

func optionalAddress(field func(*settings) *string) func(*settings, string) error {
	return func(s *settings, v string) error {
		if v == "" {
			return nil
		}
		return address(field)(s, v)
	}
}

func publicOrigin(s *settings, v string) error {
	if v == "" {
		return nil
	}
	u, err := url.Parse(v)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.User != nil {
		return fmt.Errorf("%q is not an origin like https://help.example.com", v)
	}
	u.Path = ""
	s.public = u
	return nil
}

func smtpServer(s *settings, v string) error {
	if v == "" {
		return nil
	}
	u, err := url.Parse(v)
	if err != nil || (u.Scheme != "smtp" && u.Scheme != "smtps") || u.Hostname() == "" {
		return errors.New("is not a mail server like smtp://user:password@mail.example.com:587") // the value holds a password
	}
	s.smtp = u
	return nil
}

// masterKeyPath is where the key lies under which everything stored is sealed.
func (s *settings) masterKeyPath() string {
	return cmp.Or(s.masterKey, filepath.Join(s.data, "master.key"))
}

func networks(s *settings, v string) error {
	var all []string
	if err := list(func(*settings) *[]string { return &all })(s, v); err != nil {
		return err
	}
	for _, one := range all {
		p, err := netip.ParsePrefix(one)
		if err != nil {
			return fmt.Errorf("%q is not a network like 10.0.0.0/8", one)
		}
		s.trustedProxies = append(s.trustedProxies, p.Masked())
	}
	return nil
}
