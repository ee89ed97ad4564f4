package drawn

func (d *drawing) cover()  {}
func (d *drawing) letter() {}
