#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "libs/base/id.h"
#include "services/ctl/csv.h"
#include "services/ctl/json.h"

namespace vefa::ctl {

// What the columns of an import file mean.
struct ImportKind {
  const char* name;
  const char* path;  // Of the import stream.
  std::vector<const char*> required;
  std::vector<const char*> optional;
  // What makes a row the same as another one.
  std::vector<const char*> key;
};
// `consents` or `orders`.
const ImportKind& KindOf(const std::string& name);

// The columns a file has, checked against its kind.
class Columns {
 public:
  // INVALID_ARGUMENT `COLUMN_MISSING`, `COLUMN_UNKNOWN`, `COLUMN_REPEATED`; every mistake at once.
  static Result<Columns> Read(const ImportKind& kind, const CsvRecord& header);
  size_t size() const { return names_.size(); }
  // The value of a column; "" when the file has no such column.
  std::string Value(const CsvRecord& record, const std::string& column) const;

 private:
  std::map<std::string, size_t> names_;
};

// Notices rows that say the same thing twice in one file. 16 bytes and a line number a row.
class Duplicates {
 public:
  // The line that had this key before; 0 when it is new, and it is remembered.
  int64_t Meet(const std::string& key, int64_t line);

 private:
  std::unordered_map<Uuid, int64_t> lines_;
};

// A record as a row of the import stream in proto JSON, or why it cannot be one. What the service
// checks itself (lengths, addresses, languages) is left to it. For orders, `contact` is the
// resource name of the row's contact.
Result<Json> ConsentRow(const Columns& columns, const CsvRecord& record);
Result<Json> OrderRow(const Columns& columns, const CsvRecord& record, const std::string& contact);

// `12.34` as google.type.Money in proto JSON. INVALID_ARGUMENT `AMOUNT_SYNTAX`.
Result<Json> MoneyFrom(const std::string& amount, const std::string& currency);

}  // namespace vefa::ctl
