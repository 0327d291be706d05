package rooms

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"alongside/wire"
)

// ErrUnreachable is returned when another node did not answer; nothing is known of what it did.
var ErrUnreachable = errors.New("another server does not answer")

const (
	askTimeout  = 2 * time.Second // for an answer of another node
	askedAtOnce = 256             // questions of others that a node works on
)

// What a message between nodes begins with.
const (
	messageAsk byte = iota + 1
	messageAnswer
	messageTell
	messageOpen   // a connection at the sender is to have a seat at the receiver
	messageFrames // of such a connection, in either direction
	messageCredit // so many bytes of them were passed on
	messageClose
)

// Handler answers a question of another node, or takes in what it tells. The result is encoded as JSON.
type Handler func(ctx context.Context, body []byte) (any, error)

// Cluster is this node among others: it asks them, tells them, and carries connections that belong into a room of another
// node. Every node believes what the others say.
type Cluster struct {
	bus    Bus          // fixed
	node   string       // fixed
	logger *slog.Logger // fixed
	hub    *Hub         // fixed once the hub is made

	// Fixed before Run.
	handlers map[string]Handler
	told     map[string]error // errors that keep their identity between nodes

	duties duties
	asked  chan struct{}  // holds one for each question that is worked on
	beside sync.WaitGroup // what runs beside the inbox

	mu      sync.Mutex // guards what follows
	last    uint64     // number given last, to a question or a link
	waiting map[uint64]chan answer
	near    map[uint64]*distantSeat // by link: connections here, seats elsewhere
	far     map[linkName]*guest     // connections elsewhere, seats here
}

type answer struct {
	body []byte
	err  error
}

// NewCluster makes a node of the given ID, unique among the living; it starts nothing.
func NewCluster(bus Bus, node string, logger *slog.Logger) *Cluster {
	return &Cluster{
		bus: bus, node: node, logger: logger, handlers: map[string]Handler{}, asked: make(chan struct{}, askedAtOnce),
		told:    map[string]error{"not-found": ErrNotFound, "fenced": ErrFenced, "ticket": ErrTicket, "unreachable": ErrUnreachable},
		duties:  duties{found: map[string]duty{}, ours: map[string]uint64{}},
		waiting: map[uint64]chan answer{}, near: map[uint64]*distantSeat{}, far: map[linkName]*guest{},
	}
}

// Node is the ID of this node.
func (c *Cluster) Node() string { return c.node }

// Handle has questions and news of a subject answered by f. It must be called before Run.
func (c *Cluster) Handle(subject string, f Handler) { c.handlers[subject] = f }

// Know has an error keep its identity when another node returns it. It must be called before Run, alike on all nodes.
func (c *Cluster) Know(name string, err error) { c.told[name] = err }

// Run takes in messages until ctx ends.
func (c *Cluster) Run(ctx context.Context) {
	defer c.beside.Wait()
	c.bus.Run(ctx, &inbox{c, ctx})
}

// Ask puts a question to a node and decodes the answer into result, if that is not nil. The error may be ErrUnreachable.
func (c *Cluster) Ask(ctx context.Context, node, subject string, question, result any) error {
	body, err := json.Marshal(question)
	if err != nil {
		return fmt.Errorf("encode question %q: %w", subject, err)
	}
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	back := make(chan answer, 1)
	number := c.number()
	c.mu.Lock()
	c.waiting[number] = back
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		delete(c.waiting, number)
		c.mu.Unlock()
	}()
	if err := c.bus.Send(node, message(messageAsk, number, subject, body)); err != nil {
		return fmt.Errorf("ask %q: %w", subject, errors.Join(ErrUnreachable, err))
	}
	select {
	case a := <-back:
		if a.err != nil || result == nil {
			return a.err
		}
		if err := json.Unmarshal(a.body, result); err != nil {
			return fmt.Errorf("decode answer to %q: %w", subject, err)
		}
		return nil
	case <-ctx.Done():
		return fmt.Errorf("ask %q: %w", subject, ErrUnreachable)
	}
}

// Tell lets all other nodes know something. What cannot be told now is lost: who needs to be sure must ask.
func (c *Cluster) Tell(subject string, news any) error {
	body, err := json.Marshal(news)
	if err != nil {
		return fmt.Errorf("encode news %q: %w", subject, err)
	}
	if err := c.bus.Broadcast(message(messageTell, 0, subject, body)); err != nil {
		return fmt.Errorf("tell %q: %w", subject, err)
	}
	return nil
}

// TellOne is Tell to one node.
func (c *Cluster) TellOne(node, subject string, news any) error {
	body, err := json.Marshal(news)
	if err != nil {
		return fmt.Errorf("encode news %q: %w", subject, err)
	}
	if err := c.bus.Send(node, message(messageTell, 0, subject, body)); err != nil {
		return fmt.Errorf("tell %q: %w", subject, err)
	}
	return nil
}

func (c *Cluster) number() uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last++
	return c.last
}

// message is: what it is, a number, the length of the subject, the subject, the body.
func message(what byte, number uint64, subject string, body []byte) []byte {
	m := make([]byte, 0, 10+len(subject)+len(body))
	m = append(m, what)
	m = binary.BigEndian.AppendUint64(m, number)
	m = append(m, byte(len(subject)))
	m = append(m, subject...)
	return append(m, body...)
}

var errMessage = errors.New("a message that no node of this version sends")

func readMessage(m []byte) (what byte, number uint64, subject string, body []byte, err error) {
	if len(m) < 10 || len(m) < 10+int(m[9]) {
		return 0, 0, "", nil, errMessage
	}
	end := 10 + int(m[9])
	return m[0], binary.BigEndian.Uint64(m[1:]), string(m[10:end]), m[end:], nil
}

// inbox is what the bus hands messages to.
type inbox struct {
	*Cluster
	ctx context.Context
}

// Message implements BusHandler. It must not wait: the messages of all nodes come through here.
func (c *inbox) Message(from string, m []byte) {
	what, number, subject, body, err := readMessage(m)
	if err != nil {
		c.logger.Warn("a message of another server was not understood", "node", from, "err", err)
		return
	}
	switch what {
	case messageAsk, messageTell:
		c.take(from, what, number, subject, body)
	case messageAnswer:
		c.mu.Lock()
		back := c.waiting[number]
		delete(c.waiting, number)
		c.mu.Unlock()
		if back != nil {
			back <- c.readAnswer(subject, body)
		}
	case messageOpen:
		c.welcome(linkName{from, number}, body)
	case messageFrames, messageCredit, messageClose:
		if end := c.end(from, number, subject); end != nil {
			c.pass(end, what, body)
		}
	}
}

// Lost implements BusHandler: what was sent over the links with that node may be gone.
func (c *inbox) Lost(from string) { c.cut(from) }

// Gone implements BusHandler.
func (c *inbox) Gone(node string) {
	c.forgetLeader(node)
	c.cut(node)
	c.beside.Go(func() { c.hub.endOrphans(c.ctx, node) })
}

// take has a question or news worked on beside the inbox.
func (c *inbox) take(from string, what byte, number uint64, subject string, body []byte) {
	handle := c.handlers[subject]
	if handle == nil {
		return // of another version
	}
	select {
	case c.asked <- struct{}{}:
	default:
		c.logger.Warn("too many questions of other servers at once: one is left unanswered", "subject", subject)
		return
	}
	body = slices.Clone(body) // the bus's own
	c.beside.Go(func() {
		defer func() { <-c.asked }()
		ctx, cancel := context.WithTimeout(c.ctx, askTimeout)
		defer cancel()
		result, err := handle(ctx, body)
		if what == messageTell {
			if err != nil {
				c.logger.Warn("take in what another server told", "subject", subject, "err", err)
			}
			return
		}
		if err := c.bus.Send(from, c.writeAnswer(number, result, err)); err != nil {
			c.logger.Warn("answer another server", "subject", subject, "err", err)
		}
	})
}

// errorBody is an error on its way to another node.
type errorBody struct {
	Name       string
	Text       string
	Field      string
	RetryAfter time.Duration
	Close      wire.CloseCode
}

// Subjects of answers.
const (
	answerGood = ""
	answerBad  = "error"
)

func (c *Cluster) writeAnswer(number uint64, result any, failed error) []byte {
	subject, value := answerGood, result
	if failed != nil {
		subject, value = answerBad, c.describe(failed)
	}
	body, err := json.Marshal(value)
	if err != nil {
		subject, body = answerBad, []byte(`{}`)
		c.logger.Error("encode an answer to another server", "err", err)
	}
	return message(messageAnswer, number, subject, body)
}

func (c *Cluster) describe(err error) errorBody {
	e := errorBody{Text: err.Error()}
	var many *TooManyError
	var invalid *InvalidError
	var closing *wire.CloseError
	switch {
	case errors.As(err, &many):
		e.RetryAfter = many.RetryAfter
	case errors.As(err, &invalid):
		e.Field, e.Text = invalid.Field, invalid.Detail
	case errors.As(err, &closing):
		e.Close, e.Text = closing.Code, closing.Reason
	}
	for name, known := range c.told {
		if errors.Is(err, known) {
			e.Name = name
		}
	}
	return e
}

func (c *Cluster) readAnswer(subject string, body []byte) answer {
	if subject == answerGood {
		return answer{body: slices.Clone(body)}
	}
	var e errorBody
	if err := json.Unmarshal(body, &e); err != nil {
		return answer{err: fmt.Errorf("decode the error of another server: %w", err)}
	}
	switch known := c.told[e.Name]; {
	case known != nil:
		return answer{err: known}
	case e.RetryAfter > 0:
		return answer{err: &TooManyError{e.RetryAfter}}
	case e.Field != "":
		return answer{err: &InvalidError{e.Field, e.Text}}
	case e.Close != 0:
		return answer{err: wire.Closef(e.Close, "%s", e.Text)}
	}
	return answer{err: fmt.Errorf("another server: %s", e.Text)}
}
