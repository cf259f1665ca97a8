package dev.glimpse.query;

import java.util.List;

/** Takes what a search finds. */
interface AnswerSink {

    /** The ranking is now this. */
    void rank(List<SearchEvent.Hit> hits);

    /** Says an event, after everything that was said and ranked before. */
    void say(SearchEvent event);
}
