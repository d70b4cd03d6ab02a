package org.geotoolkit.temporal.object;

import java.util.Date;
import org.geotoolkit.util.SimpleInternationalString;
import org.opengis.temporal.Position;
import org.opengis.util.InternationalString;

public class DefaultPosition implements Position {
    private final Date date;

    public DefaultPosition(Date date) { this.date = date; }

    public Date getDate() { return date; }

    public InternationalString getDateTime() { return new SimpleInternationalString(date.toInstant().toString()); }
}
