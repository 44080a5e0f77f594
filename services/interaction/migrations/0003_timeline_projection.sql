-- Timelines are nothing but a fold of events: they can be built anew beside the live ones, and checked.
SELECT declare_projection('interaction.timeline.v1', 'timeline_entry');
