package web

// reviewRoutes are those of the review page.
func (s *Server) reviewRoutes() []route { return nil }
