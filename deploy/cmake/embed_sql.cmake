# Writes a .cc with every SQL file as a raw string: the migrations travel inside the binary.
set(code "#include \"libs/postgres/migrate.h\"\n\nstd::vector<vefa::postgres::Migration> ${SYMBOL}() {\n  return {\n")
foreach(file ${FILES})
  get_filename_component(name ${file} NAME_WE)
  file(READ ${file} sql)
  string(APPEND code "      {\"${name}\", R\"vefa_sql(${sql})vefa_sql\"},\n")
endforeach()
string(APPEND code "  };\n}\n")
file(WRITE ${OUTPUT} "${code}")
