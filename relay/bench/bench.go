package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Options say what to measure.
type Options struct {
	Program string // of `serve`
	Peers   string // folder of the programs to measure beside it, as relay/bench/baselines builds them; empty: none
	Only    string // comma-separated names of scenarios and contenders; empty: all
	Rounds  int
	Seconds int  // measured in each scenario
	Quick   bool // numbers so small that they mean nothing, to see that all works
	Log     *slog.Logger
}

// Run measures the program beside its peers and prints a table in Markdown, of the medians of all rounds. The error names what
// could not be measured; the rest was printed.
func Run(ctx context.Context, o Options, out io.Writer) error {
	us := &ours{program: o.Program}
	all, contenders, err := o.chosen(us)
	if err != nil {
		return err
	}
	if o.Rounds < 1 || o.Seconds < 1 {
		return errors.New("rounds and seconds must be at least 1")
	}
	folder, err := os.MkdirTemp("", "alongside-bench-")
	if err != nil {
		return fmt.Errorf("make data folder: %w", err)
	}
	defer os.RemoveAll(folder)
	us.folder = filepath.Join(folder, "data")
	b := &run{Options: o, folder: folder, core: -1, report: newReport()}
	if runtime.NumCPU() > 1 {
		b.core = 0
		if err := pinSelf(1); err != nil {
			return err
		}
		runtime.GOMAXPROCS(2) // one of them for the pacer
	}
	debug.SetGCPercent(400)
	files := openFiles()
	for _, sc := range all {
		if sc.connections()+spareFiles > files {
			return fmt.Errorf("%s needs %d open files, and the limit is %d: raise it (ulimit -n)", sc.name, sc.connections()+spareFiles, files)
		}
	}
	if slices.Contains(contenders, contender(us)) {
		people := 1
		for _, sc := range all {
			people = max(people, sc.people())
		}
		o.Log.Info("preparing", "people", people)
		if err := us.prepare(ctx, people); err != nil {
			return fmt.Errorf("prepare: %w", err)
		}
	}
	for round := range o.Rounds {
		for _, sc := range all {
			for i := range contenders {
				c := contenders[i]
				if round%2 == 1 {
					c = contenders[len(contenders)-1-i]
				}
				if err := ctx.Err(); err != nil {
					return err
				}
				b.measure(ctx, sc, c, round)
			}
		}
	}
	names := []string{}
	for _, c := range contenders {
		names = append(names, c.name())
	}
	b.report.print(out, all, names, o)
	return errors.Join(b.report.failed...)
}

const (
	quickMeasured = 500 * time.Millisecond

	joinsEach  = 250 // of one person in one server's life; 300 a minute are allowed
	spareFiles = 200
)

// chosen are the scenarios and contenders that Only names; of a kind it does not name, all.
func (o Options) chosen(us *ours) (all []scenario, servers []contender, err error) {
	scenarioNames, serverNames := []string{}, []string{us.name()}
	for _, sc := range scenarios {
		scenarioNames = append(scenarioNames, sc.name)
	}
	for _, p := range baselines {
		serverNames = append(serverNames, p.program)
	}
	for name := range strings.SplitSeq(o.Only, ",") {
		if name != "" && !slices.Contains(scenarioNames, name) && !slices.Contains(serverNames, name) {
			return nil, nil, fmt.Errorf("there is no scenario or server %q; the scenarios are %s, the servers %s",
				name, strings.Join(scenarioNames, ", "), strings.Join(serverNames, ", "))
		}
	}
	picked := func(known []string) []string {
		named := slices.DeleteFunc(slices.Clone(known), func(name string) bool {
			return !slices.Contains(strings.Split(o.Only, ","), name)
		})
		if len(named) == 0 {
			return known
		}
		return named
	}
	scenarioNames, serverNames = picked(scenarioNames), picked(serverNames)
	for _, sc := range scenarios {
		if slices.Contains(scenarioNames, sc.name) {
			if o.Quick {
				sc = sc.quick()
			}
			all = append(all, sc)
		}
	}
	if slices.Contains(serverNames, us.name()) {
		servers = append(servers, us)
	}
	for _, p := range baselines {
		if _, err := os.Stat(filepath.Join(o.Peers, p.program)); o.Peers != "" && err == nil && slices.Contains(serverNames, p.program) {
			found := *p
			found.folder = o.Peers
			servers = append(servers, &found)
		}
	}
	return all, servers, nil
}

// run is one call of Run.
type run struct {
	Options
	folder string // for what servers keep
	core   int    // of the server, -1: any
	report *report
	starts int
}

// measure plays a scenario with a contender and reports what came of it.
func (b *run) measure(ctx context.Context, sc scenario, c contender, round int) {
	before, selfBefore := readMachine(), CPUSeconds(os.Getpid())
	began := time.Now()
	figures, used, err := b.trial(ctx, sc, c)
	after := readMachine()
	d := disturbance{load: loadAverage()}
	if all := after.all - before.all; all > 0 {
		d.stolen = (after.stolen - before.stolen) / all
		d.others = max(0, (after.busy-before.busy-used-(CPUSeconds(os.Getpid())-selfBefore))/all)
	}
	b.report.add(sc.name, c.name(), figures, d, err)
	b.Log.Info("measured", "round", round+1, "scenario", sc.name, "server", c.name(), "figures", fmt.Sprint(figures), "took", time.Since(began).Round(time.Second),
		"load", d.load, "others", fmt.Sprintf("%.0f%%", 100*d.others), "err", err)
}

// trial is one scenario with one contender in a server of its own; used is the CPU time of that server.
func (b *run) trial(ctx context.Context, sc scenario, c contender) (figures map[string]float64, used float64, err error) {
	address, err := freeAddress()
	if err != nil {
		return nil, 0, err
	}
	b.starts++
	folder := filepath.Join(b.folder, strconv.Itoa(b.starts))
	defer os.RemoveAll(folder)
	command, err := c.command(address, folder)
	if err != nil {
		return nil, 0, err
	}
	server, err := start(command, address, b.core)
	if err != nil {
		return nil, 0, err
	}
	defer func() {
		used = CPUSeconds(server.Process.Pid)
		server.kill()
		if err != nil && server.log.String() != "" {
			err = fmt.Errorf("%w; the server said: %s", err, server.log)
		}
	}()
	time.Sleep(warmUp)
	t := &trial{
		scenario: sc, ctx: ctx, server: server, seconds: time.Duration(b.Seconds) * time.Second, quick: b.Quick,
		empty: residentBytes(server.Process.Pid), figures: map[string]float64{},
		stage: newStage(c, address, sc.rooms, sc.readers, sc.bytes),
	}
	if b.Quick {
		t.seconds = quickMeasured
	}
	defer t.close()
	if err := t.open(ctx); err != nil {
		return nil, 0, fmt.Errorf("open rooms: %w", err)
	}
	if err := sc.play(t); err != nil {
		return nil, 0, err
	}
	return t.figures, 0, t.failure()
}
