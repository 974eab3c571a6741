module goweb

go 1.24
