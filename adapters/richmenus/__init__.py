"""Rich menus (圖文選單): read from config/richmenu.toml, drawn, put into LINE."""
