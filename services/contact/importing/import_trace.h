#pragma once

#include <vector>

#include "services/contact/contact.h"
#include "vefa/contact/v1/import.pb.h"

// What an import changed of somebody, and how it is put back. Pure.
namespace vefa::contact {

// What changed from `before` to `after`; without fields when nothing did.
v1::ImportTrace MakeTrace(const Contact& before, const Contact& after);
// What two changes, one after the other, come to.
v1::ImportTrace JoinTraces(v1::ImportTrace first, const v1::ImportTrace& later);
// Puts back every field that is still as the import left it; returns the names of the others. An address that only the import brought
// goes, unless somebody verified or named it.
std::vector<std::string> PutBack(const v1::ImportTrace& trace, Contact& contact);

}  // namespace vefa::contact
