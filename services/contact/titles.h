#pragma once

#include <google/protobuf/map.h>

#include <string>
#include <vector>

#include "libs/base/result.h"

// What people read, in Turkish and in English, as `titles` of a message maps them by language.
namespace vefa::contact {

using Titles = google::protobuf::Map<std::string, std::string>;

// Those that are there.
inline void PutTitles(const std::string& tr, const std::string& en, Titles& titles) {
  if (!tr.empty()) titles["tr"] = tr;
  if (!en.empty()) titles["en"] = en;
}

// Adds each other language to `violations`, as `field`.
inline void ReadTitles(const Titles& titles, const std::string& field, std::string& tr, std::string& en, std::vector<Violation>& violations) {
  for (const auto& [language, title] : titles) {
    if (language == "tr") {
      tr = title;
    } else if (language == "en") {
      en = title;
    } else {
      violations.push_back({field, "LANGUAGE_UNKNOWN", "Give titles in Turkish (tr) and English (en)."});
    }
  }
}

}  // namespace vefa::contact
