package history

// Store is what History needs of a database.
type Store interface{}
