#pragma once

#include <cstddef>
#include <map>
#include <source_location>
#include <string>

namespace vefa::postgres {

// A named statement next to its use. The name is the key of the prepared statement on every
// connection and the word that errors carry; it must be unique in a process.
struct Statement {
  // A statement of the program, told to Statements(): its plan is kept in tests/plans.
  template <size_t N, size_t M>
  Statement(const char (&the_name)[N], const char (&the_sql)[M],
            std::source_location where = std::source_location::current())
      : name(the_name), sql(the_sql) {
    Remember(where.file_name());
  }
  // One whose text is made at run time and must live as long as it does.
  Statement(const char* the_name, const char* the_sql, bool is_once) : name(the_name), sql(the_sql), once(is_once) {}

  const char* name;
  const char* sql;
  // The text varies with what a user asked for: prepared anew at each use and not kept, so that a
  // connection does not collect plans without end. Its name need not be unique.
  bool once = false;

 private:
  void Remember(const char* file) const;
};

// Where a statement stands and what it says.
struct StatementSource {
  std::string file;
  std::string sql;
};

// Every statement of the program, by name; two texts of one name are both there. What is linked in is
// known when main begins; for tests, which ask for the plan of each.
std::multimap<std::string, StatementSource> Statements();

}  // namespace vefa::postgres
