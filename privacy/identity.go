package privacy

// IdentitySignature is what a site's server signs its users with.
func IdentitySignature(secret []byte, id string, fields map[string]string) string { return "" }
