package org.opengis.temporal;

public interface Position {
    java.util.Date getDate();

    org.opengis.util.InternationalString getDateTime();
}
