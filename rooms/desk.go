package rooms

// Desk is told how each room stands, in order for each room, never under a mutex of this package; it may call the hub.
type Desk interface {
	Changed(v Visitor, tenant string)
	Gone(tenant, room string)
}

type noDesk struct{}

func (noDesk) Changed(Visitor, string) {}
func (noDesk) Gone(string, string)     {}
