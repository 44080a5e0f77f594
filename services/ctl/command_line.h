#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>

// How the command line is put together; each file adds the verbs of one kind.
namespace vefa::ctl {

// What was asked for; run after parsing.
using Verb = std::function<int()>;

// A verb with its page of help: what it does and an example that can be pasted.
CLI::App* Add(CLI::App& parent, const char* name, const std::string& what, const std::string& example);
CLI::App* AddGroup(CLI::App& app, const char* name, const std::string& what);

// Verbs on one contact.
void AddContacts(CLI::App& app, Verb& run);
// By which other systems know people, and what is written down about them.
void AddIdentities(CLI::App& app, Verb& run);
void AddNotes(CLI::App& app, Verb& run);
// Files that are brought in.
void AddImport(CLI::App& app, Verb& run);
// Scores, personas and rules of the lifecycle, as a file.
void AddRatings(CLI::App& app, Verb& run);
// Proofs of consent: written, and checked without a server.
void AddConsent(CLI::App& app, Verb& run);
// What people ask for by their rights; of these, the verbs on one person, and those on many.
void AddRights(CLI::App& app, Verb& run);
void AddPersonVerbs(CLI::App& group, Verb& run);
void AddRegisterVerbs(CLI::App& group, Verb& run);
// How long people are kept.
void AddRetention(CLI::App& app, Verb& run);
void AddIys(CLI::App& app, Verb& run);
// What happened to one subject.
void AddHistory(CLI::App& app, Verb& run);
// The operator's verbs.
void AddOperations(CLI::App& app, Verb& run);

}  // namespace vefa::ctl
